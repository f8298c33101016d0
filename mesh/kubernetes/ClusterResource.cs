using System.Globalization;
using System.Text.Json.Nodes;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.MeshKubernetes;

/// <summary>A VirtualService, DestinationRule or HTTPRoute of one cluster.</summary>
internal sealed class ClusterResource
{
    /// <summary>The kinds that the gateway reads and edits, by their names in paths.</summary>
    public static readonly IReadOnlyList<ResourceKind> Kinds =
    [
        new("networking.istio.io", "virtualservices", "VirtualService"),
        new("networking.istio.io", "destinationrules", "DestinationRule"),
        new("gateway.networking.k8s.io", "httproutes", "HTTPRoute", IsOptional: true),
    ];

    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement<object?>(null);

    private readonly ResourceFile _read;

    /// <param name="cluster">Its cluster.</param>
    /// <param name="plural">Its kind's name in paths.</param>
    /// <param name="resource">The object as the API server gives it.</param>
    public ClusterResource(string cluster, string plural, JsonElement resource)
        : this(cluster, plural, resource, ObjectText.Write(resource))
    {
    }

    private ClusterResource(string cluster, string plural, JsonElement resource, string yaml)
    {
        var metadata = resource.GetProperty("metadata");
        var name = metadata.GetProperty("name").GetString()!;
        Plural = plural;
        Object = resource.Clone();
        Version = metadata.GetProperty("resourceVersion").GetString()!;
        Place = $"{cluster}/{plural}/{name}";
        var kind = KindOf(plural);
        Key = new(kind.Kind, metadata.GetProperty("namespace").GetString()!, name);
        Yaml = yaml;
        _read = ResourceFile.Read(Place, yaml, isIstios: true);

        // What Istio has accepted is in force, whether the gateway understands all of it or not.
        Problems = [.. _read.Problems.Select(problem => problem with { Message = $"cannot be read by the gateway: {problem.Message}" })];
        Status = new(
            new($"{kind.Group}/v1", Key.Kind, Key.Namespace, Key.Name, Place, 1, ResourceState.Accepted, [], Problems)
            {
                Created = Created == default ? null : Created,
            },
            Version,
            IsEditable: true);
    }

    /// <summary>The kind with this name in paths.</summary>
    public static ResourceKind KindOf(string plural) => Kinds.Single(kind => kind.Plural == plural);

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

    /// <summary>What the routing knows of it.</summary>
    public IReadOnlyList<IMeshResource> Resources => _read.Resources;

    /// <summary>The same with another text, which the API server does not have yet.</summary>
    public ClusterResource With(string yaml) => new(Place.Split('/')[0], Plural, Object, yaml);

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
