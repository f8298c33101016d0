using MessageBoard.Local.Display;
using MessageBoard.Local.Drill;
using MessageBoard.Local.MeshFiles;
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

        using var probe = new ReadinessProbe();
        var ports = new FreePorts();
        var fleet = new Fleet(installation, options, ports, probe);
        var stores = EmbeddedStores.Create(ExternalStores.FromEnvironment(), installation, ports);
        ProcessSpec[] specs = [fleet.Gateway(stores), .. fleet.ServiceProcesses(stores), .. stores.Processes];
        var processes = specs.Select(spec => new SupervisedProcess(spec, LogOf(spec), Grace, ports)).ToList();
        var services = processes.Where(process => process.Spec.Role == ProcessRole.Service).ToList();
        var board = new RunBoard(
            installation.StateFile, options.Port, processes.Select(process => process.State), [.. stores.Notes, .. edits]);
        foreach (var service in services)
            service.Changed += workloads.Show;

        foreach (var process in processes)
            process.Changed += board.Show;

        WriteDebugEnvironment(fleet.EnvironmentOfAll(stores));
        using var drill = new DrillFolder(installation.Drill, services);
        var display = RunDisplay.Create(installation, freshPassword).ShowAsync(board.Changes);
        var run = new Run(processes, board);
        try
        {
            await run.StartAsync(StartBound, stop);
            board.Enter(RunPhase.Ready);
            await drill.FollowAsync(stop);
            return ExitCodes.Success;
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
            File.Delete(installation.DebugEnvironment);
            await display;
        }
    }

    private void WriteDebugEnvironment(IReadOnlyDictionary<string, string> variables)
    {
        using var file = OwnersFile.Open(installation.DebugEnvironment, FileMode.Create);
        foreach (var (name, value) in variables)
            file.WriteLine($"{name}={value}");
    }

    private string LogOf(ProcessSpec spec) => Path.Combine(installation.Logs, $"{spec.Pod}.log");
}
