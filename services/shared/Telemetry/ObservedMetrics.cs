using System.Diagnostics.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Metrics that are read off something when somebody asks for them. To be registered as a singleton of this type; made only where metrics
/// are on, so that nothing is held for nobody.
/// </summary>
/// <param name="meters">Of this host: its metrics are no other's in the same process.</param>
public abstract class ObservedMetrics(IMeterFactory meters)
{
    /// <summary>What makes the instruments.</summary>
    protected Meter Meter { get; } = meters.Create(Tracing.Name);
}
