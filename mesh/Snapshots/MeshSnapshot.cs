using MessageBoard.Mesh.Authentication;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Snapshots;

/// <summary>The whole configuration at one moment. Immutable: a change makes a new one.</summary>
public sealed class MeshSnapshot
{
    /// <summary>The configuration of nothing at all.</summary>
    public static readonly MeshSnapshot Empty = Create([], [], new());

    private MeshSnapshot(
        IReadOnlyList<IMeshResource> resources, MeshProxy proxy, IReadOnlyList<MeshProblem> problems,
        IReadOnlyList<ConfiguredResource> statuses)
    {
        var compiling = new List<MeshProblem>();
        proxy = proxy.WithTopology();
        Resources = WithoutDuplicates(resources, compiling);
        Routes = RouteTable.Compile(Resources, proxy, compiling);
        Authentication = AuthenticationTable.Compile(Resources, proxy);
        Authorization = AuthorizationTable.Compile(Resources, proxy);
        Problems = [.. problems, .. compiling];
        Statuses = WithProblems(statuses, compiling);
    }

    /// <summary>The routing decision.</summary>
    public RouteTable Routes { get; }

    /// <summary>The tokens that this workload takes.</summary>
    public AuthenticationTable Authentication { get; }

    /// <summary>Who may call this workload.</summary>
    public AuthorizationTable Authorization { get; }

    /// <summary>What is wrong with the configuration.</summary>
    public IReadOnlyList<MeshProblem> Problems { get; }

    /// <summary>What is in force.</summary>
    internal IReadOnlyList<IMeshResource> Resources { get; }

    /// <summary>Every resource and what became of it, in the order of the files.</summary>
    public IReadOnlyList<ConfiguredResource> Statuses { get; }

    /// <summary>Compiles a configuration.</summary>
    /// <param name="resources">What was read.</param>
    /// <param name="problems">What was refused in reading.</param>
    /// <param name="proxy">Who calls.</param>
    public static MeshSnapshot Create(IReadOnlyList<IMeshResource> resources, IReadOnlyList<MeshProblem> problems, MeshProxy proxy) =>
        Create(resources, problems, [], proxy);

    internal static MeshSnapshot Create(
        IReadOnlyList<IMeshResource> resources, IReadOnlyList<MeshProblem> problems, IReadOnlyList<ConfiguredResource> statuses,
        MeshProxy proxy) =>
        new(resources, proxy, problems, statuses);

    /// <summary>A resource; of several with this key the one that is in force. Null when there is none.</summary>
    public ConfiguredResource? Find(ResourceKey key) =>
        Statuses.FirstOrDefault(resource => resource.Key == key && resource.Status.State != ResourceState.Refused)
            ?? Statuses.FirstOrDefault(resource => resource.Key == key);

    // Kubernetes has one resource of a kind, namespace and name; two files may have more.
    private static List<IMeshResource> WithoutDuplicates(IReadOnlyList<IMeshResource> resources, List<MeshProblem> problems)
    {
        var first = new Dictionary<ResourceKey, IMeshResource>();
        foreach (var resource in resources)
        {
            if (!first.TryAdd(resource.Key, resource))
                problems.Add(new(
                    resource.File, null, resource.Key, null, $"is in {first[resource.Key].File} already, which stays in force"));
        }

        return [.. first.Values];
    }

    // What is found only when all is put together belongs to a resource too; of two with one key in a file it is the later one's.
    private static IReadOnlyList<ConfiguredResource> WithProblems(IReadOnlyList<ConfiguredResource> statuses, List<MeshProblem> problems)
    {
        if (problems.Count == 0)
            return statuses;

        var folded = statuses.ToArray();
        var places = new Dictionary<(string File, ResourceKey Resource), int>();
        for (var i = 0; i < folded.Length; i++)
        {
            if (folded[i].Key is { } key)
                places[(folded[i].Status.File, key)] = i;
        }

        foreach (var problem in problems)
        {
            if (problem.Resource is not { } key || !places.TryGetValue((problem.File, key), out var place))
                continue;

            var status = folded[place].Status;
            folded[place] =
                folded[place] with { Status = status with { State = ResourceState.Refused, Problems = [.. status.Problems, problem] } };
        }

        return folded;
    }
}
