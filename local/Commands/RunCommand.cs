using MessageBoard.Local.Display;
using MessageBoard.Local.Drill;
using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.Processes;
using MessageBoard.Local.State;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Commands;

/// <summary>Starts everything, watches it until told to stop, and stops it in order.</summary>
internal sealed class RunCommand(Installation installation, LaunchOptions options)
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public async Task<int> ExecuteAsync(CancellationToken stop)
    {
        await using var runLock = RunLock.TryTake(installation.LockFile) ?? throw Preflight.AlreadyRunning(installation);
        await Preflight.ClearOrphansAsync(installation);
        await Preflight.CheckAsync(options, stop);

        var freshPassword = AdminPassword.Ensure(installation.AdminPasswordFile);
        LogFile.KeepPrevious(installation.Logs);
        var edits = new IstioWorkingCopy(Path.Combine(installation.Root, "istio"), installation.Istio).Refresh();
        var workloads = new WorkloadFiles(installation.Workloads);
        workloads.Reset(Fleet.Services);

        var drill = new ClusterDrill(installation.Drill);
        drill.Reset();

        using var probe = new ReadinessProbe();
        var ports = new FreePorts();
        var fleet = new Fleet(installation, options, ports, probe);
        using var stores = EmbeddedStores.Create(ExternalStores.FromEnvironment(), installation, fleet);
        var services = fleet.ServiceProcesses(stores);
        var gateway = fleet.Gateway(stores);

        ProcessSpec[] all = stores.Garnet is null ? [gateway, .. services] : [gateway, .. services, stores.Garnet];
        var board = new RunBoard(installation.StateFile, options.Port, all.Select(Waiting), [.. stores.Notes, .. edits]);
        var display = RunDisplay.Create(installation, freshPassword).ShowAsync(board.Changes);

        var supervised = all.Select(spec => new SupervisedProcess(spec, LogOf(spec), Grace, board, ports, workloads)).ToList();
        var run = new Run(supervised, board);
        try
        {
            await run.StartAsync(StartBound, stop);
            board.Enter(RunPhase.Ready);
            await drill.FollowAsync([.. supervised.Where(process => process.Spec.InMesh)], stop);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (LaunchException failure)
        {
            board.Fail(failure.Message);
            throw;
        }
        finally
        {
            await run.StopAsync();
            workloads.Reset(Fleet.Services);
            drill.Reset();
            await display;
        }
    }

    private string LogOf(ProcessSpec spec) => Path.Combine(installation.Logs, $"{spec.Pod}.log");

    private ProcessState Waiting(ProcessSpec spec) => new()
    {
        App = spec.App,
        Cluster = spec.Cluster,
        Pod = spec.Pod,
        Port = spec.Port,
        Log = LogOf(spec),
        Since = DateTimeOffset.UtcNow,
    };
}
