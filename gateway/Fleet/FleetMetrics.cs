using System.Diagnostics.Metrics;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Gateway.Fleet;

/// <summary>What the gateway knows of the fleet, as a metric.</summary>
public sealed class FleetMetrics : ObservedMetrics
{
    /// <summary>Makes the instrument, which tells nothing as long as nothing is known.</summary>
    public FleetMetrics(IMeterFactory meters, FleetWatch fleet) : base(meters) =>
        Meter.CreateObservableGauge(
            "messageboard.mesh.weights_in_force", () => InForce(fleet.Current.WeightsInForce),
            description: "1 where anybody carries the weights and rules out, else 0.");

    private static IEnumerable<Measurement<int>> InForce(bool? isInForce) =>
        isInForce is { } known ? [new(known ? 1 : 0)] : [];
}
