using System.Diagnostics.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// How long database and Redis take, by OpenTelemetry's conventions
/// (https://opentelemetry.io/docs/specs/semconv/database/database-metrics/).
/// </summary>
public static class DatabaseMetrics
{
    private static readonly Histogram<double> Duration = Tracing.Meter.CreateHistogram(
        "db.client.operation.duration", "s", "How long a database or Redis takes, waits and tries that were repeated included.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] });

    /// <summary>A call has ended.</summary>
    /// <param name="system">Whose it was, as the conventions call it, such as <c>mariadb</c>.</param>
    /// <param name="operation">The statement's first word; null where there is no statement.</param>
    /// <param name="started">The time stamp (<see cref="Stopwatch.GetTimestamp"/>) of its beginning.</param>
    /// <param name="failure">What it ended with; null when all went well.</param>
    public static void Record(string system, string? operation, long started, Exception? failure)
    {
        if (!Duration.Enabled)
            return;

        var tags = new TagList { { "db.system.name", system } };
        if (operation is not null)
            tags.Add("db.operation.name", operation);

        if (failure is not null)
            tags.Add("error.type", failure.GetType().FullName);

        Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
    }
}
