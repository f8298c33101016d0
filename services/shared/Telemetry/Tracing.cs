using System.Diagnostics.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>The services' own source of spans and metrics, beside those of .NET itself and of the mesh.</summary>
public static class Tracing
{
    /// <summary>The name of <see cref="Source"/> and <see cref="Meter"/>.</summary>
    public const string Name = "MessageBoard";

    /// <summary>Spans of SQL statements and Kafka messages.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Metrics.</summary>
    public static Meter Meter { get; } = new(Name);
}
