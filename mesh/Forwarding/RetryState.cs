using MessageBoard.Mesh.Retries;
using MessageBoard.Mesh.Upstreams;
using Polly.Timeout;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Sends one request as often as its route's policy wants it.</summary>
/// <param name="request">The request.</param>
/// <param name="policy">The route's policy.</param>
/// <param name="first">How the first try ended, where it has been made.</param>
internal sealed class RetryState(UpstreamRequest request, RetryPolicy policy, UpstreamResult first)
{
    private int _asked;
    private bool _holdsPlace;
    private UpstreamResult _last = first;
    private TriedHosts? _tried;

    public async ValueTask<UpstreamResult> SendAsync()
    {
        try
        {
            var result = await policy.Pipeline.ExecuteAsync(static (state, token) => state.TryAsync(token), this, request.Call.Cancelled);
            if (policy.IsExhausted(request.Call.Exchange.Tries, result))
                request.Call.Exchange.Flags |= ResponseFlags.URX;

            return result;
        }
        catch (Exception exception) when (exception is TimeoutRejectedException or OperationCanceledException)
        {
            // Between two tries: the answer of the one before is nobody's any more.
            _last.Response?.Dispose();
            if (exception is OperationCanceledException)
                throw;

            return new(null, ResponseFlags.UT, IsFinal: true);
        }
        finally
        {
            EndRetry();
        }
    }

    private async ValueTask<UpstreamResult> TryAsync(CancellationToken cancellationToken)
    {
        var exchange = request.Call.Exchange;
        if (_asked++ < exchange.Tries)
            return Decide(_last); // the pipeline asks for the first try too, which was made without it

        if (exchange.Tries > 0)
        {
            _last.Response?.Dispose();
            var avoidsHosts = policy.IgnoresPreviousHosts && request.HashKey is null;
            if ((avoidsHosts || policy.RetriesRemoteLocalities) && exchange.Host is { } previous)
                (_tried ??= new(avoidsHosts, policy.RetriesRemoteLocalities)).Add(previous);
        }

        _last = await request.SendAsync(_tried, cancellationToken);
        EndRetry();
        return Decide(_last);
    }

    // Envoy takes the retry's place when it decides to try again, so that it is held in the back-off, too, until that try has ended
    // (source/common/router/retry_state_impl.cc, shouldRetry and resetRetry).
    private UpstreamResult Decide(in UpstreamResult result)
    {
        if (request.Upstream.Limits is not { } limits || !policy.IsFollowed(request.Call.Exchange.Tries, result))
            return result;

        if (limits.TryBeginRetry())
        {
            _holdsPlace = true;
            return result;
        }

        request.Call.Exchange.Flags |= ResponseFlags.UO;
        return result with { IsFinal = true };
    }

    private void EndRetry()
    {
        if (_holdsPlace)
            request.Upstream.Limits!.EndRetry();

        _holdsPlace = false;
    }
}
