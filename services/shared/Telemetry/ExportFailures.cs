using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Counts what OTLP's exporter could not send. It tells that to an event source only, one event for each try that failed
/// (https://github.com/open-telemetry/opentelemetry-dotnet/blob/main/src/OpenTelemetry/README.md#self-diagnostics).
/// </summary>
internal sealed class ExportFailures : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private long _failed;

    /// <summary>Starts listening.</summary>
    public ExportFailures(IMeterFactory meters) => meters.Create(Tracing.Name).CreateObservableCounter(
        "messageboard.telemetry.export.failures", () => Volatile.Read(ref _failed), "{export}",
        "Tries to send telemetry by OTLP that failed.");

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter)
            EnableEvents(eventSource, EventLevel.Warning);
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName is "FailedToReachCollector" or "ExportMethodException" or "ExportFailure" or "HttpRequestFailed"
            or "TransientHttpError" or "RequestTimedOut" or "OperationUnexpectedlyCanceled")
            Interlocked.Increment(ref _failed);
    }
}
