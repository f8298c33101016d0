using System.Diagnostics;

namespace MessageBoard.Tests;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    // Ten times what a quiet machine needs for anything that is waited for.
    private const int Patience = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <returns>How long it took.</returns>
    public static Task<TimeSpan> IsTrueAsync(Func<bool> condition, string what, int seconds = Patience) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, seconds);

    /// <inheritdoc cref="IsTrueAsync(Func{bool}, string, int)"/>
    public static async Task<TimeSpan> IsTrueAsync(Func<Task<bool>> condition, string what, int seconds = Patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(Pause);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
