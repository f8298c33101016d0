using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Exports spans by OTLP, counts what could not be exported, and says once that exporting has begun to fail and once that it works again.
/// Runs on a thread of its own, for which no request waits. Log records go to the same receiver, by an exporter that cannot be watched.
/// </summary>
internal sealed partial class WatchedTraceExporter(OtlpExporterOptions options, ILogger<WatchedTraceExporter> logger)
    : OtlpTraceExporter(options)
{
    private static long _dropped;

    private bool _fails;

    // Observed, so that it is there, at 0, before anything is dropped.
    static WatchedTraceExporter() => Tracing.Meter.CreateObservableCounter(
        "messageboard.telemetry.dropped", () => Volatile.Read(ref _dropped), "{span}", "Spans that the receiver did not take.");

    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        var result = base.Export(activityBatch);
        var fails = result == ExportResult.Failure;
        if (fails)
            Interlocked.Add(ref _dropped, activityBatch.Count);

        if (fails && !_fails)
            LogFails();
        else if (!fails && _fails)
            LogWorks();

        _fails = fails;
        return result;
    }

    [LoggerMessage(LogLevel.Warning, "The receiver of telemetry does not take it; what it does not take is counted, not kept")]
    private partial void LogFails();

    [LoggerMessage(LogLevel.Information, "The receiver of telemetry takes it again")]
    private partial void LogWorks();
}
