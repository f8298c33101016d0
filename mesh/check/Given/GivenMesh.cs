using MessageBoard.Mesh;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.MeshCheck.Given;

/// <summary>All that was given, put together.</summary>
internal sealed class GivenMesh
{
    private readonly Dictionary<(string File, ResourceKey Key), GivenDocument> _documents = [];
    private readonly Dictionary<string, string> _folders = [];

    /// <param name="files">The files, the older first; of resources with one key that of the folder further up is in force.</param>
    public GivenMesh(IReadOnlyList<GivenFile> files)
    {
        Files = files;
        foreach (var file in files)
        {
            foreach (var status in file.Content.Statuses)
                _folders[status.File] = file.Folder;
        }

        var all = files.OrderBy(file => file.Folder.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Length)
            .ToArray();
        Resources = InOrderOfAge(all);
        var documents = all.SelectMany(file => file.Documents).ToArray();
        Documents = documents;
        foreach (var document in documents)
            _documents.TryAdd((document.File, document.Key), document);

        var hosts = Resources.OfType<ServiceEntry>().SelectMany(service => service.Hosts).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Services = [.. documents.Select(KubernetesManifests.Service).OfType<ServiceEntry>().Where(service => hosts.Add(service.Hosts[0]))];
        Workloads =
        [
            .. Resources.OfType<WorkloadEntry>().Select(workload => new GivenWorkload(workload.Key, workload.Labels)),
            .. documents.DistinctBy(document => document.Key).Select(KubernetesManifests.Workload).OfType<GivenWorkload>(),
        ];
    }

    /// <summary>The files.</summary>
    public IReadOnlyList<GivenFile> Files { get; }

    /// <summary>All resources as they are written, those further up first.</summary>
    public IReadOnlyList<GivenDocument> Documents { get; }

    /// <summary>The resources that are in force, the oldest first.</summary>
    public IReadOnlyList<IMeshResource> Resources { get; }

    /// <summary>Kubernetes' Services, as far as no ServiceEntry has their hosts.</summary>
    public IReadOnlyList<ServiceEntry> Services { get; }

    /// <summary>Who calls and is called.</summary>
    public IReadOnlyList<GivenWorkload> Workloads { get; }

    /// <summary>The ports at which requests call, which services that stand in no file have, too.</summary>
    public ISet<int> CalledPorts { get; } = new HashSet<int> { 80 };

    /// <summary>The gateways that VirtualServices are bound to, and <see cref="MeshProxy.Mesh"/>.</summary>
    public static IReadOnlyList<string> Gateways(IEnumerable<IMeshResource> resources) =>
        [.. resources.SelectMany(GatewaysOf).Prepend(MeshProxy.Mesh).Distinct()];

    /// <summary>What a VirtualService or HTTPRoute is bound to.</summary>
    public static IReadOnlyList<string> GatewaysOf(IMeshResource resource) => resource switch
    {
        VirtualService service => service.Gateways,
        GatewayHttpRoute route =>
        [
            .. route.Parents.Where(parent => parent.Kind != ParentKind.Other)
                .Select(parent => parent.Kind == ParentKind.Gateway ? $"{parent.Namespace}/{parent.Name}" : MeshProxy.Mesh)
                .Distinct(),
        ],
        _ => [],
    };

    /// <summary>Where a rule of a VirtualService or HTTPRoute stands in it.</summary>
    public static FieldPath PathOf(ResourceKey key, int rule) =>
        FieldPath.Spec[key.Kind == GatewayHttpRoute.Kind ? "rules" : "http"][rule];

    /// <summary>Compiles resources for one caller, with the services, and what is named where no file gives it.</summary>
    /// <param name="resources">The resources, the oldest first.</param>
    /// <param name="statuses">What became of them in reading, where the snapshot is to say how much of each is in force.</param>
    /// <param name="proxy">The caller.</param>
    public MeshSnapshot Compile(IReadOnlyList<IMeshResource> resources, IEnumerable<ResourceStatus> statuses, MeshProxy proxy)
    {
        IMeshResource[] all = [.. resources, .. Services];
        return MeshSnapshot.Create(
            [.. all, .. NamedElsewhere.Of(all).Select(WithCalledPorts)], [],
            [.. statuses.Select(status => new ConfiguredResource(status, "", IsEditable: false))], proxy);
    }

    // What has no creationTimestamp is still to be made, in the order in which it was given.
    private static IMeshResource[] InOrderOfAge(IEnumerable<GivenFile> files)
    {
        var aged = from file in files
                   from resource in file.Content.Resources
                   let status = file.Content.Statuses.FirstOrDefault(status => status.Key == resource.Key)
                   select (Resource: resource, status?.Created);
        return
        [
            .. aged.DistinctBy(each => each.Resource.Key).OrderBy(each => each.Created ?? DateTimeOffset.MaxValue)
                .Select(each => each.Resource),
        ];
    }

    // Of a service that stands in no file nobody knows the ports.
    private IMeshResource WithCalledPorts(IMeshResource resource) => resource is ServiceEntry service
        ? service with
        {
            Ports =
            [
                .. service.Ports,
                .. CalledPorts.Except(service.Ports.Select(port => port.Number)).Select(port => new ServicePort(port, $"{port}")),
            ],
        }
        : resource;

    /// <summary>Whether what stands in a file holds for what stands in another: in the same folder, or in one below.</summary>
    public bool Holds(string file, string forFile) => _folders.GetValueOrDefault(file, "") is var above
        && _folders.GetValueOrDefault(forFile, "") is var folder
        && (above.Length == 0 || above == folder || folder.StartsWith(above + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    /// <summary>A resource as it is written; null for one that stands in no file.</summary>
    public GivenDocument? Find(string file, ResourceKey? key) => key is null ? null : _documents.GetValueOrDefault((file, key));
}
