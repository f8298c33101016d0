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

    /// <param name="condition">The condition.</param>
    /// <param name="what">What it is, for who reads that it did not come true.</param>
    /// <param name="seconds">How long it is waited for.</param>
    /// <param name="pause">How long nobody looks in between, where looking changes what is looked at; by default hardly at all.</param>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> IsTrueAsync(
        Func<Task<bool>> condition, string what, int seconds = Patience, TimeSpan? pause = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(pause ?? Pause);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
