using System.Collections.Frozen;

namespace MessageBoard.Mesh.Loading;

internal static class HttpRetryReader
{
    private static readonly FrozenDictionary<string, RetryConditions> Words = new Dictionary<string, RetryConditions>
    {
        ["5xx"] = RetryConditions.ServerError,
        ["gateway-error"] = RetryConditions.GatewayError,
        ["reset"] = RetryConditions.Reset,
        ["reset-before-request"] = RetryConditions.ResetBeforeRequest,
        ["connect-failure"] = RetryConditions.ConnectFailure,
        ["refused-stream"] = RetryConditions.RefusedStream,
        ["retriable-4xx"] = RetryConditions.Retriable4xx,
        ["retriable-status-codes"] = RetryConditions.RetriableStatusCodes,
        ["envoy-ratelimited"] = RetryConditions.EnvoyRateLimited,
        ["cancelled"] = RetryConditions.GrpcCancelled,
        ["deadline-exceeded"] = RetryConditions.GrpcDeadlineExceeded,
        ["resource-exhausted"] = RetryConditions.GrpcResourceExhausted,
        ["internal"] = RetryConditions.GrpcInternal,
        ["unavailable"] = RetryConditions.GrpcUnavailable,
    }.ToFrozenDictionary();

    // Envoy wants a list of headers for the one, which Istio cannot give; the other is for HTTP/3.
    private static readonly FrozenSet<string> WithoutEffect = ["retriable-headers", "http3-post-connect-failure"];

    public static HttpRetry? Read(YamlFields route)
    {
        if (route.Object("retries") is not { } retries)
            return null;

        var attempts = retries.Whole("attempts", 0, int.MaxValue);
        var perTryTimeout = retries.Duration("perTryTimeout");
        var (conditions, statuses) = ReadConditions(retries, retries.FilledText("retryOn"));
        var read = new HttpRetry
        {
            Attempts = attempts ?? 0,
            PerTryTimeout = perTryTimeout,
            On = conditions,
            StatusCodes = statuses,
            IgnorePreviousHosts = retries.OptionalFlag("retryIgnorePreviousHosts") ?? true,
            RemoteLocalities = retries.Flag("retryRemoteLocalities"),
            Backoff = retries.Duration("backoff"),
        };

        if (read.Attempts == 0 && (attempts is not null || !retries.Has("attempts"))
            && (retries.Has("perTryTimeout") || retries.Text("retryOn") is { Length: > 0 } || retries.Has("retryRemoteLocalities")))
            retries.Report(
                "attempts", "has to be at least 1 where it is said how to try again; 0, also when it is left out, switches retries off");

        retries.Done();
        return read;
    }

    /// <summary>The words of what is tried again; null for Istio's default.</summary>
    public static string? Write(HttpRetry retry) => retry is { On: RetryConditions.IstioDefault, StatusCodes.Count: 0 }
        ? null
        : string.Join(',', Words
            .Where(word => retry.On.HasFlag(word.Value)
                && (word.Value != RetryConditions.RetriableStatusCodes || retry.StatusCodes.Count == 0))
            .OrderBy(word => word.Value)
            .Select(word => word.Key)
            .Concat(retry.StatusCodes.Select(status => status.ToString(CultureInfo.InvariantCulture))));

    /// <summary>The conditions among words that are separated by commas; all else is passed over, as Envoy does with a header's.</summary>
    public static RetryConditions Known(string words) =>
        words.Split(',').Aggregate(RetryConditions.None, (all, word) => all | Words.GetValueOrDefault(word.Trim()));

    private static (RetryConditions, IReadOnlyList<int>) ReadConditions(YamlFields retries, string? retryOn)
    {
        if (retryOn is null)
            return (RetryConditions.IstioDefault, []);

        var conditions = RetryConditions.None;
        var statuses = new List<int>();
        foreach (var word in retryOn.Split(','))
        {
            if (Words.TryGetValue(word, out var condition))
                conditions |= condition;
            else if (WithoutEffect.Contains(word))
                retries.Note("retryOn", $"'{word}' is not carried out by the local mesh");
            else if (int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var status)
                && HttpStatuses.IsKnown(status))
                statuses.Add(status);
            else
                retries.Report(
                    "retryOn", $"'{word}' is nothing that Envoy tries again: {string.Join(", ", Words.Keys)}, or an HTTP status");
        }

        return (statuses.Count == 0 ? conditions : conditions | RetryConditions.RetriableStatusCodes, statuses);
    }
}
