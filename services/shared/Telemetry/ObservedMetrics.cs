using System.Diagnostics.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Metrics that are read off something when somebody asks for them. To be registered as a singleton of this type; made only where metrics
/// are on, so that nothing is held for nobody.
/// </summary>
public abstract class ObservedMetrics : IDisposable
{
    /// <summary>What makes the instruments.</summary>
    protected Meter Meter { get; } = new(Tracing.Name);

    /// <inheritdoc/>
    public void Dispose()
    {
        Meter.Dispose();
        GC.SuppressFinalize(this);
    }
}
