using System.Collections.Frozen;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Retries;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// The headers by which a request may say what Envoy does with it
/// (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#http-headers-consumed), believed of
/// requests from inside. Outsiders' are taken out (source/common/http/conn_manager_utility.cc, cleanInternalHeaders).
/// </summary>
internal static class EnvoyHeaders
{
    public const string AttemptCount = "x-envoy-attempt-count";

    public const string ExpectedTimeout = "x-envoy-expected-rq-timeout-ms";

    /// <summary>What they begin with.</summary>
    public const string Prefix = "x-envoy-";

    private const string ForwardedFor = "X-Forwarded-For",
        Timeout = "x-envoy-upstream-rq-timeout-ms", PerTryTimeout = "x-envoy-upstream-rq-per-try-timeout-ms",
        AltResponse = "x-envoy-upstream-rq-timeout-alt-response", MaxRetries = "x-envoy-max-retries", RetryOn = "x-envoy-retry-on",
        RetryGrpcOn = "x-envoy-retry-grpc-on", StatusCodes = "x-envoy-retriable-status-codes",
        Hedge = "x-envoy-hedge-on-per-try-timeout", HeaderNames = "x-envoy-retriable-header-names";

    // What the router reads ends there.
    private static readonly FrozenSet<string> Consumed = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        Timeout, PerTryTimeout, AltResponse, MaxRetries, RetryOn, RetryGrpcOn, StatusCodes, Hedge, HeaderNames, ExpectedTimeout,
        "x-envoy-upstream-alt-stat-name", "x-envoy-upstream-stream-duration-ms", "x-envoy-decorator-operation", "x-envoy-internal",
        AttemptCount);

    /// <summary>Takes the headers out.</summary>
    /// <returns>What then holds for the request: mostly the route's own policy.</returns>
    public static RetryPolicy Take(Call call)
    {
        var headers = call.Request.Headers;
        List<KeyValuePair<string, string>>? found = null;
        foreach (var header in headers.NonValidated)
        {
            if (header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                (found ??= []).Add(new(header.Key, header.Value.ToString()));
        }

        var policy = call.Decision.Route!.Retries;
        if (found is not null)
        {
            var isInternal = IsInternal(call.Request);
            if (isInternal)
                policy = Wanted(policy, found, call);

            foreach (var (name, _) in found)
            {
                if (!isInternal || Consumed.Contains(name))
                    headers.Remove(name);
            }
        }

        if (policy.ExpectedMilliseconds.Length > 0)
            headers.TryAddWithoutValidation(ExpectedTimeout, policy.ExpectedMilliseconds);

        return policy;
    }

    // A program's own request, which came from nobody, or one from a single private address, as Envoy's x-envoy-internal has it.
    private static bool IsInternal(HttpRequestMessage request)
    {
        if (!request.Headers.NonValidated.TryGetValues(ForwardedFor, out var values))
            return true;

        return values.Count == 1 && IPAddress.TryParse(values.ToString(), out var address) && IsPrivate(address);
    }

    // RFC 1918, RFC 4193 and loopback (source/common/network/utility.cc, isInternalAddress).
    private static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();

        if (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal)
            return true;

        return address.GetAddressBytes() is [10, _, _, _] or [192, 168, _, _] or [172, >= 16 and <= 31, _, _];
    }

    private static RetryPolicy Wanted(RetryPolicy policy, List<KeyValuePair<string, string>> found, Call call)
    {
        var (retry, timeout) = (policy.Retry, policy.Timeout);
        foreach (var (name, value) in found)
        {
            switch (name.ToLowerInvariant())
            {
                case Timeout when Milliseconds(value) is { } whole:
                    timeout = whole;
                    break;
                case PerTryTimeout when Milliseconds(value) is { } single:
                    retry = retry with { PerTryTimeout = single };
                    break;
                case AltResponse:
                    call.AnswersTimeoutWithNothing = true;
                    continue;
                case RetryOn or RetryGrpcOn:
                    retry = With(retry, HttpRetryReader.Known(value));
                    break;
                case StatusCodes:
                    retry = retry with { StatusCodes = [.. retry.StatusCodes, .. Numbers(value)] };
                    break;
                case MaxRetries when Milliseconds(value) is not null:
                    break; // below, when it is known whether anything is tried again
                case Hedge or HeaderNames:
                    call.Exchange.Note($"{name} is not carried out");
                    continue;
                default:
                    continue;
            }

            call.Exchange.Note($"{name}: {value}");
        }

        var most = found.Find(header => header.Key.Equals(MaxRetries, StringComparison.OrdinalIgnoreCase)).Value;
        if (retry.Attempts > 0 && int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out var attempts))
            retry = retry with { Attempts = attempts };

        // Statuses count with the word for them, whichever of the two brings it.
        if (!retry.On.HasFlag(RetryConditions.RetriableStatusCodes) && retry.StatusCodes.Count > 0)
            retry = retry with { StatusCodes = [] };

        if (timeout > TimeSpan.Zero && retry.PerTryTimeout >= timeout)
            retry = retry with { PerTryTimeout = null };

        return retry == policy.Retry && timeout == policy.Timeout ? policy : new(retry, timeout);
    }

    // Where the route tries nothing again, Envoy tries once more what the header names.
    private static HttpRetry With(HttpRetry retry, RetryConditions on) => retry.Attempts == 0
        ? new() { Attempts = on == RetryConditions.None ? 0 : 1, On = on, PerTryTimeout = retry.PerTryTimeout }
        : retry with { On = retry.On | on };

    private static TimeSpan? Milliseconds(string value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    private static IEnumerable<int> Numbers(string value) => value.Split(',')
        .Select(text => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0)
        .Where(status => status > 0);
}
