using System.Threading.RateLimiting;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Which traces a process keeps, where no sampler of OpenTelemetry's is asked for (<c>OTEL_TRACES_SAMPLER</c>): so many a second
/// (<c>Telemetry:TracesPerSecond</c>), of requests that ask for an explanation some more, and of errors its own spans. Each has a bucket of
/// tokens, so that nobody can have more kept than that. Needs no library of OpenTelemetry's, and is there only where telemetry is on.
/// </summary>
public sealed class TraceSampling : IDisposable
{
    /// <summary>The attribute of a span that was kept though its trace was not.</summary>
    public const string KeptAttribute = "messageboard.kept";

    /// <summary>The value of <see cref="KeptAttribute"/>: the request ended with an error.</summary>
    public const string KeptForError = "error";

    private const int ExplainedPerSecond = 20, ErrorsPerSecond = 20;

    private readonly TokenBucketRateLimiter? _traces;
    private readonly TokenBucketRateLimiter _explained = Bucket(ExplainedPerSecond), _errors = Bucket(ErrorsPerSecond);

    /// <summary>Reads the settings.</summary>
    public TraceSampling(IConfiguration configuration)
    {
        IsLimited = string.IsNullOrEmpty(configuration["OTEL_TRACES_SAMPLER"])
            && !string.IsNullOrEmpty(configuration["Telemetry:TracesPerSecond"]);
        if (!IsLimited)
            return;

        TracesPerSecond = configuration.GetValue<uint>("Telemetry:TracesPerSecond");
        if (TracesPerSecond > 0) // a bucket has to hold one
            _traces = Bucket((int)TracesPerSecond);
    }

    /// <summary>Whether traces are limited by a rate; else OpenTelemetry's sampler decides.</summary>
    public bool IsLimited { get; }

    /// <summary>How many traces are kept a second.</summary>
    public uint TracesPerSecond { get; }

    /// <summary>Whether one more trace may be kept; it counts.</summary>
    public bool Keep() => _traces is not null && Take(_traces);

    /// <summary>The same for a request that asks for an explanation, which should not have to be lucky.</summary>
    public bool KeepExplained() => Take(_explained) || Keep();

    /// <summary>The same for the own span of a request that has ended with an error, and whose trace was not kept.</summary>
    public bool KeepError() => Take(_errors);

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _explained.Dispose();
        _errors.Dispose();
    }

    // It fills by the time that has passed when somebody asks; its own timer would wake an idle process.
    private static bool Take(TokenBucketRateLimiter bucket)
    {
        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        return lease.IsAcquired;
    }

    private static TokenBucketRateLimiter Bucket(int perSecond) => new(new()
    {
        TokenLimit = perSecond,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = false,
    });
}
