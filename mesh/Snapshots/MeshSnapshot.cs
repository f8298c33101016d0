using MessageBoard.Mesh.Authentication;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Snapshots;

/// <summary>The whole configuration at one moment. Immutable: a change makes a new one.</summary>
public sealed class MeshSnapshot
{
    /// <summary>The configuration of nothing at all.</summary>
    public static readonly MeshSnapshot Empty = Create([], [], new());

    private readonly Dictionary<ResourceKey, IMeshResource> _resources;

    // Most configurations are asked for no resource before the next one comes.
    private readonly Lazy<Dictionary<ResourceKey, ConfiguredResource>> _found;

    private MeshSnapshot(
        IReadOnlyList<IMeshResource> resources, MeshProxy proxy, IReadOnlyList<MeshProblem> problems,
        IReadOnlyList<ConfiguredResource> statuses, IReadOnlyList<MeshProblem> named)
    {
        var compiling = new List<MeshProblem>(named);
        proxy = proxy.WithTopology();
        var twice = new HashSet<(string File, ResourceKey Key)>();
        _resources = WithoutDuplicates(resources, twice, compiling);
        _found = new(Index);
        Resources = [.. _resources.Values];
        Routes = RouteTable.Compile(Resources, proxy, compiling);
        Authentication = AuthenticationTable.Compile(Resources, proxy);
        Authorization = AuthorizationTable.Compile(Resources, proxy);
        Problems = [.. problems, .. compiling];
        Warnings = [.. Resources.OfType<VirtualService>().SelectMany(Reachability.Warnings)];
        Statuses = Judge(statuses, [.. compiling, .. Warnings, .. Routes.Taken], twice);
    }

    /// <summary>The routing decision.</summary>
    public RouteTable Routes { get; }

    /// <summary>The tokens that this workload takes.</summary>
    public AuthenticationTable Authentication { get; }

    /// <summary>Who may call this workload.</summary>
    public AuthorizationTable Authorization { get; }

    /// <summary>What is wrong with the configuration: what is refused, and what does not fit together.</summary>
    public IReadOnlyList<MeshProblem> Problems { get; }

    /// <summary>What has no effect, though nothing is wrong with it: rules that no request can come to.</summary>
    public IReadOnlyList<MeshProblem> Warnings { get; }

    /// <summary>What is in force.</summary>
    internal IReadOnlyList<IMeshResource> Resources { get; }

    /// <summary>Every resource and what became of it, in the order of the files.</summary>
    public IReadOnlyList<ConfiguredResource> Statuses { get; }

    /// <summary>Compiles a configuration.</summary>
    /// <param name="resources">What was read, the oldest first: of rivals the older one is in force.</param>
    /// <param name="problems">What was refused in reading.</param>
    /// <param name="proxy">Who calls.</param>
    public static MeshSnapshot Create(IReadOnlyList<IMeshResource> resources, IReadOnlyList<MeshProblem> problems, MeshProxy proxy) =>
        Create(resources, problems, [], proxy);

    internal static MeshSnapshot Create(
        IReadOnlyList<IMeshResource> resources, IReadOnlyList<MeshProblem> problems, IReadOnlyList<ConfiguredResource> statuses,
        MeshProxy proxy, IReadOnlyList<MeshProblem>? named = null) =>
        new(resources, proxy, problems, statuses, named ?? []);

    /// <summary>A resource; of several with this key the one that is in force. Null when there is none.</summary>
    public ConfiguredResource? Find(ResourceKey key) => _found.Value.GetValueOrDefault(key);

    /// <summary>What is in force with a key; null for nothing.</summary>
    internal IMeshResource? Resource(ResourceKey key) => _resources.GetValueOrDefault(key);

    private Dictionary<ResourceKey, ConfiguredResource> Index()
    {
        var found = new Dictionary<ResourceKey, ConfiguredResource>(Statuses.Count);
        foreach (var resource in Statuses)
        {
            if (resource.Key is { } key && (!found.TryGetValue(key, out var other) || Rank(resource) < Rank(other)))
                found[key] = resource;
        }

        return found;

        static int Rank(ConfiguredResource resource) => resource.Status.InForce is InForce.Wholly or InForce.Partly ? 0
            : resource.Status.State != ResourceState.Refused ? 1
            : 2;
    }

    // Kubernetes has one resource of a kind, namespace and name; two files may have more.
    private static Dictionary<ResourceKey, IMeshResource> WithoutDuplicates(
        IReadOnlyList<IMeshResource> resources, HashSet<(string File, ResourceKey Key)> twice, List<MeshProblem> problems)
    {
        var first = new Dictionary<ResourceKey, IMeshResource>(resources.Count);
        foreach (var resource in resources)
        {
            if (first.TryAdd(resource.Key, resource))
                continue;

            twice.Add((resource.File, resource.Key));
            problems.Add(new(
                resource.File, null, resource.Key, null, $"is in {first[resource.Key].File} already, which stays in force"));
        }

        return first;
    }

    // What is found only when all is put together belongs to a resource too; of two with one key in a file it is the later one's.
    private ConfiguredResource[] Judge(
        IReadOnlyList<ConfiguredResource> statuses, IReadOnlyList<MeshProblem> warnings, HashSet<(string File, ResourceKey Key)> twice)
    {
        var told = warnings.ToLookup(warning => (warning.File, warning.Resource));
        var judged = new ConfiguredResource[statuses.Count];
        var seen = new HashSet<(string, ResourceKey)>();
        for (var i = statuses.Count - 1; i >= 0; i--)
        {
            var (resource, status) = (statuses[i], statuses[i].Status);
            judged[i] = resource;
            if (resource.Key is not { } key || !_resources.ContainsKey(key))
            {
                if (status.State == ResourceState.Refused)
                    judged[i] = resource with { Status = status with { InForce = InForce.No } };

                continue;
            }

            var isLast = seen.Add((status.File, key));
            var inForce = status.State != ResourceState.Accepted || (isLast && twice.Contains((status.File, key)))
                ? InForce.No
                : Routes.InForce(key);
            judged[i] = resource with
            {
                Status = status with { InForce = inForce, Warnings = isLast ? [.. told[(status.File, key)]] : [] },
            };
        }

        return judged;
    }
}
