using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Telemetry.Otlp;

/// <summary>One line of a process' log, as a store has it.</summary>
public sealed record LogLine
{
    /// <summary>When it was written.</summary>
    [JsonConverter(typeof(Microseconds))]
    public required DateTimeOffset Time { get; init; }

    /// <summary>One of <see cref="LogLevels.Names"/>.</summary>
    public required string Level { get; init; }

    /// <summary>The service that wrote it.</summary>
    public required string Service { get; init; }

    /// <summary>Its cluster.</summary>
    public string? Cluster { get; init; }

    /// <summary>Its pod.</summary>
    public string? Pod { get; init; }

    /// <summary>The class that wrote it.</summary>
    public string? Category { get; init; }

    /// <summary>What it says.</summary>
    public required string Message { get; init; }

    /// <summary>The trace in which it was written, 32 hex digits.</summary>
    public string? TraceId { get; init; }

    /// <summary>The span in which it was written, 16 hex digits.</summary>
    public string? SpanId { get; init; }

    /// <summary>What else is known of it.</summary>
    public required IReadOnlyDictionary<string, object?> Attributes { get; init; }
}

/// <summary>How bad a line is (https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber).</summary>
internal static class LogLevels
{
    /// <summary>All levels, the least first.</summary>
    public static readonly IReadOnlyList<string> Names = ["trace", "debug", "info", "warn", "error", "fatal"];

    private const int NumbersEach = 4, Unspecified = 9; // info's first

    /// <summary>The level of OpenTelemetry's severity number, 1 to 24; <c>info</c> where it says none.</summary>
    public static string Of(long severity) => Names[(int)(((severity is >= 1 and <= 24 ? severity : Unspecified) - 1) / NumbersEach)];

    /// <summary>The severity number with which a level begins.</summary>
    public static int FirstNumber(string level) => (IndexOf(level) * NumbersEach) + 1;

    /// <summary>The place of a level in <see cref="Names"/>; -1 where it is none.</summary>
    public static int IndexOf(string level)
    {
        var index = Names.TakeWhile(name => name != level).Count();
        return index < Names.Count ? index : -1;
    }
}
