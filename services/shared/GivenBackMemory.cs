namespace MessageBoard.Shared;

/// <summary>
/// Gives the machine back what a burst of requests has taken, once it is over: .NET keeps it for the next one. For a process that shares
/// its machine with the rest of the system, where <c>Memory:GiveBack</c> is true; the launcher sets it.
/// </summary>
internal sealed class GivenBackMemory : BackgroundService
{
    // Bytes that are allocated between two looks; probes and reports take a fifth of a MiB.
    private const long Busy = 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public static bool IsOn(IConfiguration configuration) => configuration.GetValue<bool>("Memory:GiveBack");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        var (before, wasBusy) = (0L, false);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var isBusy = allocated - before >= Busy;
            // It stops the process for some 10 ms, in which nobody is likely to ask.
            if (wasBusy && !isBusy)
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);

            (before, wasBusy) = (allocated, isBusy);
        }
    }
}
