using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Shared.Edges;

/// <summary>What a process has called lately, as it lies in the hash <see cref="Key"/> of Redis, in the field of its pod.</summary>
/// <param name="Time">When it was counted.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Service">The process's service, or <c>gateway</c>.</param>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Calls">A row a target.</param>
public sealed record EdgeReport(DateTimeOffset Time, double Seconds, string Service, string Cluster, IReadOnlyList<EdgeCalls> Calls)
{
    /// <summary>The hash of all processes, of both clusters.</summary>
    public const string Key = "edges";

    private const int MaxName = 64, MaxBytes = 32 * 1024;

    // Nobody can leave a field out, or write null for one that always has a value.
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerOptions.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>The report as JSON: some 100 bytes a target.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads what may have been written by anybody.</summary>
    /// <returns>A report whose values are all in their bounds; null if this is none.</returns>
    public static EdgeReport? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return json.Length <= MaxBytes && JsonSerializer.Deserialize<EdgeReport>(json, Json) is { } report && report.IsInBounds()
                ? report
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsInBounds() =>
        Seconds is > 0 and < 60 && Service.Length <= MaxName && Cluster.Length <= MaxName && Calls.Count <= OutgoingCalls.MaxTargets
        && Calls.All(calls => calls is not null && calls.To.Length <= MaxName && calls.Cluster is not { Length: > MaxName }
            && calls.Calls >= 0 && calls.Errors >= 0 && calls.Errors <= calls.Calls && calls.Durations.Values.All(count => count >= 0)
            && calls.Durations.Keys.All(step => step is >= DurationSteps.First and <= DurationSteps.Last));
}

/// <summary>A process's calls to one target.</summary>
/// <param name="To">The target's name (<see cref="CallTarget"/>).</param>
/// <param name="Cluster">The cluster that answered; null where that is not told.</param>
/// <param name="Store">Whether the target is a store.</param>
/// <param name="Calls">How many.</param>
/// <param name="Errors">Of these, how many failed.</param>
/// <param name="Durations">How many took how long, by <see cref="DurationSteps"/>; of what nobody waited for, none.</param>
public sealed record EdgeCalls(
    string To, string? Cluster, bool Store, long Calls, long Errors, IReadOnlyDictionary<int, int> Durations);
