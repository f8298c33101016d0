using System.Diagnostics.Metrics;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Shared.Edges;

/// <summary>
/// Sends to Redis once a second what this process has called (<see cref="EdgeReport"/>), for the gateway to show; nothing while there was
/// nothing, after a last report that says so. A second's counts that Redis does not take are dropped: the next tells more.
/// </summary>
public sealed class EdgeSender(Redis redis, OutgoingCalls calls, ServiceIdentity identity, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), Lifetime = TimeSpan.FromMinutes(1);

    private long _dropped;

    /// <summary>How many reports Redis has not taken.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await calls.Any.WaitAsync(stoppingToken);
            var taken = clock.GetTimestamp();
            IReadOnlyDictionary<CallTarget, CallCount> counts;
            do
            {
                await Task.Delay(Interval, clock, stoppingToken);
                counts = calls.Take();
                var seconds = clock.GetElapsedTime(taken).TotalSeconds;
                taken = clock.GetTimestamp();
                await SendAsync(new(clock.GetUtcNow(), seconds, identity.Name, identity.Cluster, [.. counts.Select(RowOf)]));
            }
            while (counts.Count > 0);
        }
    }

    private static EdgeCalls RowOf(KeyValuePair<CallTarget, CallCount> counted)
    {
        var durations = new SortedDictionary<int, int>();
        for (var i = 0; i < counted.Value.Steps.Length; i++)
        {
            if (counted.Value.Steps[i] is > 0 and var count)
                durations[i + DurationSteps.First] = count;
        }

        var (target, calls) = counted;
        return new(target.Name, target.Cluster, target.IsStore, calls.Calls, calls.Errors, durations);
    }

    private async Task SendAsync(EdgeReport report)
    {
        try
        {
            await redis.RunUnseenAsync(redis =>
            {
                var kept = redis.HashSetAsync(EdgeReport.Key, identity.Pod, report.ToJson());
                return Task.WhenAll(kept, redis.KeyExpireAsync(EdgeReport.Key, Lifetime));
            });
        }
        catch (StoreUnavailableException)
        {
            Interlocked.Increment(ref _dropped);
        }
    }
}

/// <summary>How many reports of calls were dropped.</summary>
internal sealed class EdgeMetrics : ObservedMetrics
{
    /// <summary>Makes the instrument.</summary>
    public EdgeMetrics(IMeterFactory meters, EdgeSender sender) : base(meters) => Meter.CreateObservableCounter(
        "messageboard.edges.dropped", () => sender.Dropped, "{report}", "A second's counts of calls that Redis has not taken.");
}

/// <summary>Registers the sending of what a process calls.</summary>
public static class EdgeServices
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddEdgeReports(this IServiceCollection services) => services
        .AddSingleton<EdgeSender>()
        .AddHostedService(provider => provider.GetRequiredService<EdgeSender>())
        .AddSingleton<ObservedMetrics, EdgeMetrics>();
}
