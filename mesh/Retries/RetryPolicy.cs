using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace MessageBoard.Mesh.Retries;

/// <summary>
/// When a route tries again and when it gives up, as Envoy does
/// (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on).
/// </summary>
internal sealed class RetryPolicy(HttpRetry retry, TimeSpan? timeout)
{
    private const RetryConditions OnAnyReset = RetryConditions.ServerError | RetryConditions.GatewayError | RetryConditions.Reset;

    private const RetryConditions OnGrpcStatus = RetryConditions.GrpcCancelled | RetryConditions.GrpcDeadlineExceeded
        | RetryConditions.GrpcResourceExhausted | RetryConditions.GrpcInternal | RetryConditions.GrpcUnavailable;

    /// <summary>A header that says that a rate limit has answered.</summary>
    public const string RateLimited = "x-envoy-ratelimited";

    /// <summary>A header that has the status of a gRPC answer without a body.</summary>
    public const string GrpcStatus = "grpc-status";

    private static readonly TimeSpan DefaultBackoff = TimeSpan.FromMilliseconds(25);

    /// <summary>How and when it tries again.</summary>
    public HttpRetry Retry => retry;

    /// <summary>For the whole request until its response has ended; null or zero for no limit.</summary>
    public TimeSpan? Timeout => timeout;

    /// <summary>What a service is told of how long is waited for it, in ms; empty without a limit.</summary>
    public string ExpectedMilliseconds { get; } = Shortest(retry, timeout) is { Ticks: > 0 } limit
        ? ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)
        : "";

    /// <summary>The shorter one of the timeouts; zero for none.</summary>
    public TimeSpan ShortestTimeout => Shortest(retry, timeout);

    /// <summary>Whether a try may take too long.</summary>
    public bool HasTimeout { get; } = timeout > TimeSpan.Zero || retry.PerTryTimeout > TimeSpan.Zero;

    /// <summary>Whether a try avoids the endpoints that were tried before.</summary>
    public bool IgnoresPreviousHosts => retry.IgnorePreviousHosts;

    /// <summary>Whether tries go on to farther localities.</summary>
    public bool RetriesRemoteLocalities => retry.RemoteLocalities;

    /// <summary>
    /// The timeout around all tries, the tries, and the timeout of one. Made when it is needed, which for most routes is never.
    /// </summary>
    public ResiliencePipeline<UpstreamResult> Pipeline => field ??= Build();

    /// <summary>Whether all tries are used up and one more would have been made.</summary>
    public bool IsExhausted(int tries, in UpstreamResult result) => tries > retry.Attempts && IsRetriable(result);

    /// <summary>Whether a try that ended so is followed by another, after so many.</summary>
    public bool IsFollowed(int tries, in UpstreamResult result) => tries <= retry.Attempts && IsRetriable(result);

    /// <summary>Whether a try that ended so is one to be made again.</summary>
    public bool IsRetriable(in UpstreamResult result)
    {
        if (retry.Attempts == 0 || result.IsFinal || result.Flag is ResponseFlags.UO or ResponseFlags.UH)
            return false;

        return result.Response is { } response
            ? IsRetriable(response)
            : (retry.On & OnAnyReset) != 0
                || (result.Flag == ResponseFlags.UF
                    && (retry.On & (RetryConditions.ConnectFailure | RetryConditions.ResetBeforeRequest)) != 0);
    }

    /// <summary>The same for a request whose timeouts somebody else looks after.</summary>
    public RetryPolicy WithoutTimeouts() => HasTimeout ? new(retry with { PerTryTimeout = null }, null) : this;

    /// <summary>The same for what is left of a request after so much time.</summary>
    public RetryPolicy After(TimeSpan elapsed) =>
        timeout > TimeSpan.Zero ? new(retry, timeout > elapsed ? timeout - elapsed : TimeSpan.FromTicks(1)) : this;

    /// <summary>
    /// Whether an answer may be one to be tried again, for which <see cref="IsRetriable(in UpstreamResult)"/> has to look.
    /// </summary>
    /// <param name="status">Its status.</param>
    /// <param name="saysMore">Whether headers that count here are there: <see cref="RateLimited"/> or <see cref="GrpcStatus"/>.</param>
    public bool MayFollow(int status, bool saysMore) => retry.Attempts > 0 && (saysMore || IsRetriable(status));

    private static TimeSpan Shortest(HttpRetry retry, TimeSpan? timeout)
    {
        var (single, whole) = (retry.PerTryTimeout ?? TimeSpan.Zero, timeout ?? TimeSpan.Zero);
        return single > TimeSpan.Zero && (whole <= TimeSpan.Zero || single < whole) ? single : whole;
    }

    private ResiliencePipeline<UpstreamResult> Build()
    {
        var builder = new ResiliencePipelineBuilder<UpstreamResult>();
        if (timeout > TimeSpan.Zero)
            builder.AddTimeout(Limit(timeout.Value));

        if (retry.Attempts > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<UpstreamResult>
            {
                MaxRetryAttempts = retry.Attempts,
                ShouldHandle = arguments =>
                    ValueTask.FromResult(arguments.Outcome.Exception is null && IsRetriable(arguments.Outcome.Result)),
                DelayGenerator = arguments =>
                    ValueTask.FromResult<TimeSpan?>(Backoff(retry.Backoff ?? DefaultBackoff, arguments.AttemptNumber)),
            });
        }

        if (retry.PerTryTimeout > TimeSpan.Zero)
            builder.AddTimeout(Limit(retry.PerTryTimeout.Value));

        return builder.Build();
    }

    // By a generator, as Polly takes no fixed time under 10 ms or over a day, which Istio both does.
    private static TimeoutStrategyOptions Limit(TimeSpan time) => new() { TimeoutGenerator = _ => ValueTask.FromResult(time.Clip()) };

    // Envoy's fully jittered exponential back-off, at most ten times the base.
    private static TimeSpan Backoff(TimeSpan interval, int attempt) =>
        (interval * Math.Min(Math.Pow(2, attempt + 1) - 1, 10) * Random.Shared.NextDouble()).Clip();

    private bool IsRetriable(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.Headers.NonValidated.Contains(RateLimited))
            return retry.On.HasFlag(RetryConditions.EnvoyRateLimited);

        return IsRetriable(status)
            || ((retry.On & OnGrpcStatus) != 0 && GrpcCondition(response) is var condition && (retry.On & condition) != 0);
    }

    private bool IsRetriable(int status) =>
        (status >= 500 && retry.On.HasFlag(RetryConditions.ServerError))
        || (status is 502 or 503 or 504 && retry.On.HasFlag(RetryConditions.GatewayError))
        || (status == 409 && retry.On.HasFlag(RetryConditions.Retriable4xx))
        || retry.StatusCodes.Contains(status);

    private static RetryConditions GrpcCondition(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(GrpcStatus, out var values)
            && int.TryParse(values.ToString(), CultureInfo.InvariantCulture, out var status)
            ? status switch
            {
                1 => RetryConditions.GrpcCancelled,
                4 => RetryConditions.GrpcDeadlineExceeded,
                8 => RetryConditions.GrpcResourceExhausted,
                13 => RetryConditions.GrpcInternal,
                14 => RetryConditions.GrpcUnavailable,
                _ => RetryConditions.None,
            }
            : RetryConditions.None;
}
