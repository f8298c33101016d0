using System.Diagnostics;

namespace MessageBoard.Mesh.Tests;

/// <summary>Waits for a condition instead of for a time.</summary>
internal static class Eventually
{
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> IsTrueAsync(Func<bool> condition, string what, int seconds = 20)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(1);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
