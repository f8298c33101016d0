using System.Globalization;
using System.Runtime.InteropServices;
using MessageBoard.Drill;

// Called by scripts/drill.sh, which checks what a person typed: the stores, replicas, requests a second, the soak's minutes, drills.
if (args is not ["embedded" or "real", var replicas, var rate, var minutes, .. var names])
{
    await Console.Error.WriteLineAsync("Usage: scripts/drill.sh --help");
    return 2;
}

var rateAsNumber = int.Parse(rate, CultureInfo.InvariantCulture);
using var stopped = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await using var system = new LocalSystem(args[0] == "real", int.Parse(replicas, CultureInfo.InvariantCulture));
try
{
    await system.StartAsync();
    return int.Parse(minutes, CultureInfo.InvariantCulture) is > 0 and var length
        ? await Soak.RunAsync(system, rateAsNumber, TimeSpan.FromMinutes(length), stopped.Token)
        : await Drills.RunAsync(system, rateAsNumber, names, stopped.Token);
}
catch (OperationCanceledException) when (stopped.IsCancellationRequested)
{
    return 130;
}

void Stop(PosixSignalContext signal) => (signal.Cancel, _) = (true, stopped.CancelAsync());
