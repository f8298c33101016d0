using System.Diagnostics;

namespace MessageBoard.Tests;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <returns>How long it took.</returns>
    public static Task<TimeSpan> IsTrueAsync(Func<bool> condition, string what, int seconds = 20) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, seconds);

    /// <inheritdoc cref="IsTrueAsync(Func{bool}, string, int)"/>
    public static async Task<TimeSpan> IsTrueAsync(Func<Task<bool>> condition, string what, int seconds = 20)
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
