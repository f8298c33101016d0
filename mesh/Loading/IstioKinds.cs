using System.Collections.Frozen;
using Versions = System.Collections.Frozen.FrozenDictionary<string, string[]>;

namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's groups, kinds and versions (https://istio.io/latest/docs/reference/config/).</summary>
internal static class IstioKinds
{
    private static readonly string[] Stable = ["v1", "v1beta1", "v1alpha3"];

    private static readonly FrozenDictionary<string, Versions> Groups = new Dictionary<string, Versions>
    {
        ["networking.istio.io"] = new Dictionary<string, string[]>
        {
            ["VirtualService"] = Stable,
            ["DestinationRule"] = Stable,
            ["ServiceEntry"] = Stable,
            ["WorkloadEntry"] = Stable,
            ["WorkloadGroup"] = Stable,
            ["Gateway"] = Stable,
            ["Sidecar"] = Stable,
            ["EnvoyFilter"] = ["v1alpha3"],
            ["ProxyConfig"] = ["v1beta1"],
        }.ToFrozenDictionary(),
        ["security.istio.io"] = new Dictionary<string, string[]>
        {
            ["AuthorizationPolicy"] = ["v1", "v1beta1"],
            ["PeerAuthentication"] = ["v1", "v1beta1"],
            ["RequestAuthentication"] = ["v1", "v1beta1"],
        }.ToFrozenDictionary(),
        ["telemetry.istio.io"] = new Dictionary<string, string[]> { ["Telemetry"] = ["v1", "v1alpha1"] }.ToFrozenDictionary(),
        ["extensions.istio.io"] =
            new Dictionary<string, string[]> { ["WasmPlugin"] = ["v1alpha1"], ["TrafficExtension"] = ["v1alpha1"] }.ToFrozenDictionary(),
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> WithoutSpec =
        ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "Telemetry", "EnvoyFilter", "ProxyConfig"];

    /// <summary>Whether this is a group of Istio's, <c>networking.istio.io/v1</c> or the like.</summary>
    public static bool IsGroup(string apiVersion)
    {
        var end = apiVersion.IndexOf('/');
        return Groups.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(end < 0 ? apiVersion : apiVersion.AsSpan(..end));
    }

    /// <summary>What is wrong with a kind and version of one of Istio's groups; null for nothing.</summary>
    public static (string Field, string Message)? Problem(string apiVersion, string kind)
    {
        var parts = apiVersion.Split('/', 2);
        if (!Groups[parts[0]].TryGetValue(kind, out var versions))
            return ("kind", $"'{kind}' is no kind of {parts[0]}");

        return parts.Length == 2 && versions.Contains(parts[1])
            ? null
            : ("apiVersion", $"'{apiVersion}' is no version of {kind}: Istio has {string.Join(", ", versions)}");
    }

    /// <summary>Whether a resource says something without its <c>spec</c>.</summary>
    public static bool MayLackSpec(string kind) => WithoutSpec.Contains(kind);
}
