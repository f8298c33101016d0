using System.Globalization;

namespace MessageBoard.Tests;

/// <summary>What a test may assert about speed: the time its own thread had a processor, whatever else the machine does.</summary>
public static class ProcessorTime
{
    /// <summary>Runs an action on this thread.</summary>
    /// <returns>The processor time it took; the time by the clock where there is no /proc.</returns>
    public static TimeSpan Of(Action action)
    {
        var before = Now();
        action();
        return Now() - before;
    }

    // proc(5): the first field of schedstat is the time on a processor, in ns.
    private static TimeSpan Now() => OperatingSystem.IsLinux()
        ? TimeSpan.FromMicroseconds(
            long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000)
        : TimeSpan.FromMilliseconds(Environment.TickCount64);
}
