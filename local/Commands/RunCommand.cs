using System.Text;
using MessageBoard.Local.Display;
using MessageBoard.Local.Drill;
using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.State;
using MessageBoard.Local.Stores;
using MessageBoard.Local.Telemetry;

namespace MessageBoard.Local.Commands;

/// <summary>Starts everything, watches it until told to stop, and stops it in order.</summary>
internal sealed class RunCommand(Installation installation, LaunchOptions options)
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    public async Task<int> ExecuteAsync(CancellationToken stop)
    {
        await using var runLock = RunLock.TryTake(installation.LockFile) ?? throw Preflight.AlreadyRunning(installation);
        await Preflight.ClearOrphansAsync(installation);
        await Preflight.CheckAsync(options, stop);

        var freshPassword = AdminPassword.Ensure(installation.AdminPasswordFile);
        LogFile.KeepPrevious(installation.LauncherLog);
        var edits = new IstioWorkingCopy(Path.Combine(installation.Root, "istio"), installation.Istio).Refresh();
        var files = new RunFiles();
        var workloads = new WorkloadFiles(files, installation.Workloads);
        workloads.Reset(Fleet.Services);

        using var probe = new ReadinessProbe();
        var ports = new FreePorts();
        var stores = EmbeddedStores.Create(ExternalStores.FromEnvironment(), installation, ports);
        var telemetry = RunTelemetry.Create(options, installation, Installation.Dashboard(), ports, probe);
        var fleet = new Fleet(installation, options, ports, probe, stores, telemetry);
        ProcessSpec[] specs = [fleet.Gateway(), .. fleet.ServiceProcesses(), .. stores.Processes, .. telemetry.Processes];
        var processes = specs
            .Select(spec => new SupervisedProcess(RunMark.Mark(spec, installation.State), LogOf(spec), Grace, ports)).ToList();
        var services = processes.Where(process => process.Spec.InMesh).ToList();
        var board = new RunBoard(
            files, installation.StateFile, options, processes.Select(process => process.State),
            [.. Notes(), .. stores.Notes, telemetry.Note, .. edits]);
        var targets = new PrometheusTargets(files, installation.PrometheusTargets, board.Current.Processes);
        foreach (var service in services)
            service.Changed += workloads.Show;

        foreach (var process in processes)
        {
            process.Changed += board.Show;
            process.Changed += targets.Show;
        }

        WriteSecret(installation.DebugEnvironment, string.Concat(
            fleet.DebugEnvironment().Select(variable => $"{variable.Key}={variable.Value}\n")));
        if (telemetry.Dashboard is { } dashboard)
            WriteSecret(installation.DashboardAddressFile, $"{dashboard.LogIn}\n");

        using var drill = new DrillFolder(files, installation.Drill, services);
        var display = RunDisplay.Create(installation, freshPassword).ShowAsync(board.Changes);
        var run = new Run(processes, board);
        using var over = new CancellationTokenSource();
        var writing = KeepWritingAsync(files, board, over.Token);
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
            foreach (var file in installation.FilesOfARun)
                files.Delete(file);

            await over.CancelAsync();
            await writing;
            await display;
        }
    }

    private IEnumerable<string> Notes() =>
        options.Https ? ["Https     once, for browsers: dotnet dev-certs https --trust"] : [];

    private static async Task KeepWritingAsync(RunFiles files, RunBoard board, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            board.Warn(files.Retry());
            await Task.Delay(RetryPause, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void WriteSecret(string path, string text) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), secret: true);

    private string LogOf(ProcessSpec spec) => Path.Combine(installation.Logs, $"{spec.Pod}.log");
}
