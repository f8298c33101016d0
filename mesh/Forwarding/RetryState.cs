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
    }

    private async ValueTask<UpstreamResult> TryAsync(CancellationToken cancellationToken)
    {
        var exchange = request.Call.Exchange;
        if (_asked++ < exchange.Tries)
            return _last; // the pipeline asks for the first try too, which was made without it

        if (exchange.Tries == 0)
            return _last = await request.SendAsync(null, cancellationToken);

        var limits = request.Upstream.Limits;
        if (limits?.TryBeginRetry() == false)
        {
            exchange.Flags |= ResponseFlags.UO;
            return _last with { IsFinal = true };
        }

        try
        {
            _last.Response?.Dispose();
            var avoidsHosts = policy.IgnoresPreviousHosts && request.HashKey is null;
            if ((avoidsHosts || policy.RetriesRemoteLocalities) && exchange.Host is { } previous)
                (_tried ??= new(avoidsHosts, policy.RetriesRemoteLocalities)).Add(previous);

            return _last = await request.SendAsync(_tried, cancellationToken);
        }
        finally
        {
            limits?.EndRetry();
        }
    }
}
