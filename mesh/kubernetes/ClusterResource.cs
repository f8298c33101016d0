using System.Globalization;
using System.Text.Json.Nodes;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.MeshKubernetes;

/// <summary>A resource of Istio or Gateway API of one cluster.</summary>
internal sealed class ClusterResource
{
    /// <summary>The kinds that the gateway reads and edits, by their names in paths.</summary>
    public static readonly IReadOnlyList<ResourceKind> Kinds =
    [
        new("networking.istio.io", "virtualservices", "VirtualService"),
        new("networking.istio.io", "destinationrules", "DestinationRule"),
        new("gateway.networking.k8s.io", "httproutes", "HTTPRoute", IsOptional: true),
    ];

    /// <summary>What says who is let in.</summary>
    public static readonly IReadOnlyList<ResourceKind> Policies =
    [
        new("security.istio.io", "authorizationpolicies", "AuthorizationPolicy"),
        new("security.istio.io", "requestauthentications", "RequestAuthentication"),
        new("security.istio.io", "peerauthentications", "PeerAuthentication"),
    ];

    /// <summary>
    /// All that counts where there is no Istio: what the gateway edits, and what else changes the way of a request or lets it in.
    /// </summary>
    public static readonly IReadOnlyList<ResourceKind> CarriedOut =
    [
        .. Kinds,
        new("networking.istio.io", "serviceentries", "ServiceEntry"),
        new("networking.istio.io", "workloadentries", "WorkloadEntry"),
        new("networking.istio.io", "sidecars", "Sidecar"),
        .. Policies,
    ];

    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement<object?>(null);

    private readonly bool _isIstios;

    /// <param name="cluster">Its cluster.</param>
    /// <param name="plural">Its kind's name in paths.</param>
    /// <param name="resource">The object as the API server gives it.</param>
    /// <param name="isIstios">Whether Istio carries it out.</param>
    public ClusterResource(string cluster, string plural, JsonElement resource, bool isIstios)
        : this(cluster, plural, resource, ObjectText.Write(resource), isIstios)
    {
    }

    private ClusterResource(string cluster, string plural, JsonElement resource, string yaml, bool isIstios)
    {
        _isIstios = isIstios;
        var metadata = resource.GetProperty("metadata");
        var name = metadata.GetProperty("name").GetString()!;
        Plural = plural;
        Object = resource.Clone();
        Version = metadata.GetProperty("resourceVersion").GetString()!;
        Place = $"{cluster}/{plural}/{name}";
        var kind = KindOf(plural);
        Key = new(kind.Kind, metadata.GetProperty("namespace").GetString()!, name);
        Yaml = yaml;
        var read = ResourceFile.Read(Place, yaml, isIstios);
        Resources = read.Resources;

        // What Istio has accepted is in force, whether the gateway understands all of it or not.
        Problems = isIstios
            ? [.. read.Problems.Select(problem => problem with { Message = $"cannot be read by the gateway: {problem.Message}" })]
            : read.Problems;
        IsRefused = !isIstios && read.Refused;
        Status = new(
            new(
                $"{kind.Group}/v1", Key.Kind, Key.Namespace, Key.Name, Place, 1,
                IsRefused ? ResourceState.Refused : ResourceState.Accepted, IsRefused ? Problems : [],
                isIstios ? Problems : [.. read.Statuses.SelectMany(status => status.NotCarriedOut)])
            {
                Created = Created == default ? null : Created,
            },
            Version,
            IsEditable: Kinds.Contains(kind));
    }

    /// <summary>The kind with this name in paths.</summary>
    public static ResourceKind KindOf(string plural) => CarriedOut.Single(kind => kind.Plural == plural);

    /// <summary>Its kind's name in paths.</summary>
    public string Plural { get; }

    /// <summary>Its identity.</summary>
    public ResourceKey Key { get; }

    /// <summary>Where it is, where a file's name would stand: <c>ctx1/virtualservices/user-service</c>.</summary>
    public string Place { get; }

    /// <summary>The object as the API server gave it.</summary>
    public JsonElement Object { get; }

    /// <summary>What it says; a null where it has none, which Istio's CRDs allow.</summary>
    public JsonElement Spec => Object.TryGetProperty("spec", out var spec) ? spec : Nothing;

    /// <summary>Its resourceVersion.</summary>
    public string Version { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created => Object.GetProperty("metadata").TryGetProperty("creationTimestamp", out var created)
        && created.ValueKind == JsonValueKind.String && created.TryGetDateTimeOffset(out var time) ? time : default;

    /// <summary>When it was last written, as its managed fields tell; when it was made where they do not.</summary>
    public DateTimeOffset Written => Object.GetProperty("metadata").TryGetProperty("managedFields", out var fields)
        && fields.ValueKind == JsonValueKind.Array
        ? fields.EnumerateArray()
            .Select(manager => manager.TryGetProperty("time", out var time) && time.TryGetDateTimeOffset(out var written)
                ? written
                : Created)
            .Append(Created)
            .Max()
        : Created;

    /// <summary>The text that people see and edit.</summary>
    public string Yaml { get; }

    /// <summary>What the gateway's reader says against it.</summary>
    public IReadOnlyList<MeshProblem> Problems { get; }

    /// <summary>How it is listed.</summary>
    public ConfiguredResource Status { get; }

    /// <summary>Whether it cannot be carried out as it stands.</summary>
    public bool IsRefused { get; }

    /// <summary>What the routing knows of it.</summary>
    public IReadOnlyList<IMeshResource> Resources { get; private set; }

    /// <summary>The same with another text, which the API server does not have yet.</summary>
    public ClusterResource With(string yaml) => new(Place.Split('/')[0], Plural, Object, yaml, _isIstios);

    /// <summary>The same, in force as it was before where it is refused now.</summary>
    public ClusterResource After(ClusterResource? before)
    {
        if (!IsRefused || before is null)
            return this;

        var kept = (ClusterResource)MemberwiseClone();
        kept.Resources = before.Resources;
        return kept;
    }

    /// <summary>Whether it is the same as another object.</summary>
    public bool Says(JsonObject other) => JsonNode.DeepEquals(JsonObject.Create(Object), other);

    /// <summary>
    /// Whether it is older than another version of itself. Newer API servers promise that versions can be compared as numbers
    /// (https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/5504-comparable-resource-version), and older ones
    /// keep to it.
    /// </summary>
    public bool IsOlderThan(string version) =>
        ulong.TryParse(Version, NumberStyles.None, CultureInfo.InvariantCulture, out var mine)
            && ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var other) && mine < other;
}
