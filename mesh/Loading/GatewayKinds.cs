using System.Collections.Frozen;

namespace MessageBoard.Mesh.Loading;

/// <summary>Gateway API's kinds and versions (https://gateway-api.sigs.k8s.io/concepts/api-overview/).</summary>
internal static class GatewayKinds
{
    /// <summary>Its group.</summary>
    public const string Group = "gateway.networking.k8s.io";

    private static readonly FrozenDictionary<string, string[]> Kinds = new Dictionary<string, string[]>
    {
        ["HTTPRoute"] = ["v1", "v1beta1"],
        ["Gateway"] = ["v1", "v1beta1"],
        ["GatewayClass"] = ["v1", "v1beta1"],
        ["ReferenceGrant"] = ["v1", "v1beta1"],
        ["GRPCRoute"] = ["v1", "v1alpha2"],
        ["TLSRoute"] = ["v1", "v1alpha3", "v1alpha2"],
        ["BackendTLSPolicy"] = ["v1", "v1alpha3"],
        ["ListenerSet"] = ["v1"],
        ["TCPRoute"] = ["v1alpha2"],
        ["UDPRoute"] = ["v1alpha2"],
    }.ToFrozenDictionary();

    /// <summary>Whether this is a version of Gateway API's group.</summary>
    public static bool IsGroup(string apiVersion) => apiVersion.Split('/')[0] == Group;

    /// <summary>What is wrong with a kind and version of the group; null for nothing.</summary>
    public static (string Field, string Message)? Problem(string apiVersion, string kind)
    {
        if (!Kinds.TryGetValue(kind, out var versions))
            return ("kind", $"'{kind}' is no kind of {Group}");

        return apiVersion.Split('/', 2) is [_, var version] && versions.Contains(version)
            ? null
            : ("apiVersion", $"'{apiVersion}' is no version of {kind}: Gateway API has {string.Join(", ", versions)}");
    }
}
