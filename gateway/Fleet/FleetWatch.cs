using MessageBoard.Gateway.Drill;
using MessageBoard.Gateway.History;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.MeshKubernetes;
using MessageBoard.Shared;

namespace MessageBoard.Gateway.Fleet;

/// <summary>
/// Knows what runs and what was taken down: at home from the launcher's drill, on Kubernetes from the API servers. Tells the event
/// stream's readers of changes, and marks them.
/// </summary>
public sealed partial class FleetWatch : BackgroundService
{
    // Beside the notifications of the file system, of which some are lost, and which tell nothing of the launcher's end.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250), PollWithoutReaders = TimeSpan.FromSeconds(2);

    private readonly ClusterDrill _drill;
    private readonly FrontedServices _services;
    private readonly TrafficFeed _feed;
    private readonly TrafficFeed.State _state;
    private readonly FleetMarks _marks;
    private readonly ServiceIdentity _identity;
    private readonly KubernetesPods? _pods;
    private readonly bool _isMesh;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _changed = new(0);
    private FileSystemWatcher? _watcher;
    private volatile FleetReport _current = new(new(false, []), null, null, false);

    /// <summary>Knows nothing before it is started.</summary>
    public FleetWatch(
        ClusterDrill drill, FrontedServices services, TrafficFeed feed, Marks marks, ServiceIdentity identity,
        ILogger<FleetWatch> logger, KubernetesPods? pods = null, MeshRuntime? mesh = null)
    {
        (_drill, _services, _feed, _identity, _pods, _isMesh, _logger) =
            (drill, services, feed, identity, pods, mesh is not null, logger);
        _marks = new(marks, drill);
        _state = feed.AddState("fleet", () => _current, FleetJson.Default.FleetReport);
    }

    /// <summary>What was last seen.</summary>
    public FleetReport Current => _current;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Watch();
        if (_pods is not null)
            _pods.Changed += () => _changed.Release();

        _current = Read();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _watcher?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _changed.WaitAsync(
                _drill.Folder is null ? Timeout.InfiniteTimeSpan : _feed.Readers > 0 ? Poll : PollWithoutReaders, stoppingToken);
            while (_changed.Wait(0, CancellationToken.None))
            {
            }

            try
            {
                Watch();
                Refresh();
            }
            catch (Exception exception)
            {
                LogUnreadable(exception); // tried again at the next poll
            }
        }
    }

    private void Refresh()
    {
        var (before, after) = (_current, Read());
        if (after == before)
            return;

        _current = after;
        _state.Change();
        _marks.Add(before, after);
    }

    private FleetReport Read()
    {
        var drill = _drill.Read();
        var pods = _pods is not null
            ? _pods.Current?.Select(pod => new FleetPod(pod.App, pod.Cluster, pod.Name, pod.IsReady, pod.Condition))
            : drill.Available ? drill.Clusters.SelectMany(PodsOf)
            : null;
        return new(
            new(drill.Available, [.. drill.Clusters.Select(known => new FleetCluster(known.Cluster, known.Down, known.Since, known.User))]),
            pods is null ? null : [.. pods.Where(pod => _services.Names.Contains(pod.Service))],
            AreWeightsInForce(),
            _isMesh && _pods is not null);
    }

    // The gateway itself obeys them, or the proxy beside it.
    private bool? AreWeightsInForce() => _isMesh ? true : _pods?.Find(_identity.Cluster, _identity.Pod)?.HasProxy;

    private static IEnumerable<FleetPod> PodsOf(DrilledCluster cluster) => cluster.Processes.Select(process =>
        new FleetPod(process.App, cluster.Cluster, process.Pod, process.Condition == DrilledProcess.Ready, process.Condition));

    // Somebody may have deleted the folder, with which its notifications end; the launcher makes it anew.
    private void Watch()
    {
        if (_drill.Folder is not { } folder || Directory.Exists(folder) == (_watcher is not null))
            return;

        _watcher?.Dispose();
        _watcher = null;
        if (!Directory.Exists(folder))
            return;

        try
        {
            _watcher = new(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
            _watcher.Created += (_, _) => _changed.Release();
            _watcher.Changed += (_, _) => _changed.Release();
            _watcher.Deleted += (_, _) => _changed.Release();
            _watcher.Renamed += (_, _) => _changed.Release();
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException exception)
        {
            LogUnwatched(exception); // the system may have no more watches to give
        }
    }

    [LoggerMessage(LogLevel.Error, "The drill's state cannot be read")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The drill's folder gives no notifications; it is looked at now and then")]
    private partial void LogUnwatched(Exception exception);
}
