using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MessageBoard.Local.State;

/// <summary>Everything there is to know about a run: what the displays draw and what state.json keeps.</summary>
internal sealed record RunState
{
    public required string BootId { get; init; }

    public required ProcessIdentity Launcher { get; init; }

    public required RunPhase Phase { get; init; }

    public required int Port { get; init; }

    public bool Https { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required ImmutableArray<ProcessState> Processes { get; init; }

    /// <summary>What the person should know: which stores are used, what is off, which edited files were kept.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Why the run ended before it was ready; null when it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>Why files of the run cannot be written at present; null when they can.</summary>
    public string? Unwritten { get; init; }

    [JsonIgnore]
    public string Address => Https ? $"https://localhost:{Port}" : $"http://127.0.0.1:{Port}"; // the certificate is localhost's

    /// <summary>The clusters that a drill has taken down.</summary>
    [JsonIgnore]
    public IEnumerable<string> ClustersDown =>
        Processes.Where(process => process.Condition == Condition.Down).Select(process => process.Cluster).Distinct();

    /// <summary>Whether all is ready that a request needs.</summary>
    [JsonIgnore]
    public bool AllReady => Phase == RunPhase.Ready
        && Processes.All(process => process.Condition == Condition.Ready || process.Role == ProcessRole.Telemetry);
}

internal enum RunPhase
{
    Starting,
    Ready,
    Stopping,
    Stopped,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(RunState))]
internal sealed partial class RunStateJson : JsonSerializerContext;
