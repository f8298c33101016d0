using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MessageBoard.Shared.Events;

/// <summary>
/// Whether Kafka is there: every five seconds its brokers are asked who leads the topic. Two questions without an answer, and it is gone;
/// the log tells of it once, and once of its return.
/// </summary>
/// <param name="configuration">The process's configuration.</param>
/// <param name="sink">Who asks, as it is connected anyway.</param>
/// <param name="dropped">What could not be sent meanwhile.</param>
/// <param name="clock">The clock of the pauses.</param>
/// <param name="logger">Where it is told.</param>
public sealed partial class KafkaWatch(
    IConfiguration configuration, KafkaEventSink sink, DroppedEvents dropped, TimeProvider clock, ILogger<KafkaWatch> logger)
    : BackgroundService, IHealthCheck
{
    private const int MissesUntilGone = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(2);

    private volatile Absence? _absence;

    /// <summary>Whether Kafka is on, and answers.</summary>
    public bool IsThere => Kafka.IsOn(configuration) && _absence is null;

    /// <summary>Degraded while Kafka is gone: calls wait, or are dropped, and nothing else is wrong.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_absence is { } absence
            ? HealthCheckResult.Degraded(
                $"no answer for {SecondsOf(absence)} s, {KafkaEventSink.Queued} calls wait, {DroppedIn(absence)} were dropped")
            : HealthCheckResult.Healthy());

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!Kafka.IsOn(configuration))
            return;

        var (misses, last) = (0, Now());
        while (true)
        {
            // The question blocks its thread; of the pool's there may be one for all requests, where there is one processor.
            if (await Task.Factory.StartNew(
                    () => sink.IsAnswered(Patience), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            {
                if (_absence is { } absence)
                    LogBack(SecondsOf(absence), KafkaEventSink.Waited - absence.WaitedBefore, DroppedIn(absence));

                (_absence, misses, last) = (null, 0, Now());
            }
            else if (++misses == MissesUntilGone)
            {
                _absence = last;
                LogGone(KafkaEventSink.Queued);
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    private int SecondsOf(Absence absence) => (int)clock.GetElapsedTime(absence.Since).TotalSeconds;

    private long DroppedIn(Absence absence) => dropped.TotalOf(DroppedEvents.Kafka) - absence.DroppedBefore;

    private Absence Now() => new(clock.GetTimestamp(), dropped.TotalOf(DroppedEvents.Kafka), KafkaEventSink.Waited);

    private sealed record Absence(long Since, long DroppedBefore, int WaitedBefore);

    [LoggerMessage(LogLevel.Warning, "Kafka does not answer. {Waiting} calls wait for it; it gets them if it is back within a minute.")]
    private partial void LogGone(int waiting);

    [LoggerMessage(LogLevel.Warning, "Kafka answers again, after {Seconds} s: {Waiting} calls waited, {Dropped} were dropped.")]
    private partial void LogBack(int seconds, int waiting, long dropped);
}
