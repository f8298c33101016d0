using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Retries;
using MessageBoard.Mesh.Tls;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>A request as the upstream gets it, with each try.</summary>
/// <param name="call">The call it belongs to.</param>
/// <param name="upstream">The upstream.</param>
/// <param name="pools">The connections.</param>
/// <param name="pathAndQuery">The path and query that the service gets.</param>
/// <param name="hashKey">The key of consistent hashing; null without.</param>
internal sealed class UpstreamRequest(Call call, UpstreamState upstream, ConnectionPools pools, string pathAndQuery, ulong? hashKey)
{
    public Call Call => call;

    public UpstreamState Upstream => upstream;

    public ulong? HashKey => hashKey;

    /// <summary>For a body that passes on as it comes: how long its endpoint has to answer after that; zero for any time.</summary>
    public TimeSpan AnswerLimit { get; init; }

    /// <summary>Makes one try.</summary>
    /// <param name="tried">What earlier tries tell it to avoid; null for nothing.</param>
    /// <param name="cancellationToken">Tells that the caller has gone, or that the try takes too long.</param>
    public async ValueTask<UpstreamResult> SendAsync(TriedHosts? tried, CancellationToken cancellationToken)
    {
        var (request, exchange) = (call.Request, call.Exchange);
        exchange.BeginTry();
        IDisposable? place = null;
        if (upstream.Limits is { } limits && (place = await limits.EnterAsync(cancellationToken)) is null)
            return End(ResponseFlags.UO);

        var host = upstream.Upstream.PassthroughPort is null
            ? upstream.Pick(Random.Shared, hashKey, tried)
            : upstream.PassThrough(call.Uri);
        if (host is null)
        {
            place?.Dispose();
            return End(ResponseFlags.UH);
        }

        var isSecure = call.Uri.Scheme == Uri.UriSchemeHttps;
        var isHttp2 = ConnectionPools.IsHttp2(host.Endpoint, request, upstream.Upstream, isSecure);
        if (upstream.Upstream.IsHttp2 && host.Endpoint.Http2Port is null)
            exchange.Note($"{host.Endpoint.Workload.Key.Name} has no port for HTTP/2: h2UpgradePolicy has no effect there");

        exchange.Hold(host, place, isHttp2);
        if (exchange.Tries > 1)
            request.Headers.Remove(EnvoyHeaders.AttemptCount);

        request.Headers.TryAddWithoutValidation(
            EnvoyHeaders.AttemptCount, exchange.Tries == 1 ? "1" : exchange.Tries.ToString(CultureInfo.InvariantCulture));
        TryTrace.Begin(request, pathAndQuery, host, isHttp2, exchange);
        using var limit = call.PassingBody is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit is not null)
        {
            call.PassingBody!.LimitAnswer(limit, AnswerLimit);
            cancellationToken = limit.Token;
        }

        try
        {
            var response = await pools.SendAsync(
                host, pathAndQuery, request, upstream.Upstream, isSecure, cancellationToken);
            upstream.Answered(host, (int)response.StatusCode);
            exchange.EndTry((int)response.StatusCode, ResponseFlags.None);
            exchange.IsDenied = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                && response.Headers.Remove(Denial.Header);
            return new(response, ResponseFlags.None, IsFinal: IsSpent);
        }
        catch (Exception) when (call.Cancelled.IsCancellationRequested)
        {
            throw; // whatever it is, the caller has gone
        }
        catch (Exception) when (call.PassingBody is { IsSourceAtFault: true })
        {
            throw; // the caller's body broke off
        }
        catch (HttpRequestException exception) when (SendFailure.IsEndpoints(exception))
        {
            upstream.Failed(host);
            return End(
                SendFailure.IsConnectFailure(exception) ? ResponseFlags.UF : ResponseFlags.UC,
                (exception.InnerException as TlsFailure)?.Message);
        }
        catch (OperationCanceledException exception)
        {
            upstream.Failed(host);
            return End(cancellationToken.IsCancellationRequested || exception.InnerException is not TimeoutException
                ? ResponseFlags.UT
                : ResponseFlags.UF);
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or FormatException
            or NotSupportedException or ArgumentException)
        {
            exchange.EndTry(400, ResponseFlags.None);
            return new(LocalReply.BadRequest(call), ResponseFlags.None, IsFinal: true);
        }
    }

    // Of a body that is gone nobody else can get all.
    private bool IsSpent => call.PassingBody is { IsTouched: true };

    private UpstreamResult End(ResponseFlags flag, string? reason = null)
    {
        call.Exchange.EndTry(0, flag, reason);
        return new(null, flag, IsFinal: IsSpent);
    }
}
