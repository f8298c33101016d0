using MessageBoard.Gateway.Traffic;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>
/// Which requests of a trace a user has sent: those of the same session that the gateway remembers, else those that the user's own calls
/// in Redis tell of, after a new log-in too.
/// </summary>
internal sealed class OwnRequests(RecentRequests recent, Redis redis)
{
    /// <summary>The requests of a trace.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <param name="request">A request of the user who asks.</param>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<IReadOnlyList<OwnRequest>> OfTraceAsync(string traceId, HttpRequest request)
    {
        var remembered = recent.OfTrace(traceId).Where(own => own.IsOf(request)).Select(OwnRequest.Of).ToList();
        return remembered.Count > 0 ? remembered : await FindCallsAsync(traceId, request.HttpContext.User.Session().Username);
    }

    private async Task<List<OwnRequest>> FindCallsAsync(string traceId, string user)
    {
        var lists = await Task.WhenAll(((bool[])[false, true])
            .Select(pings => redis.RunAsync(redis => redis.ListRangeAsync(RedisEventSink.ListKey(user, pings)))));
        return
        [
            .. lists.SelectMany(list => list).Select(item => ApiCall.Read((byte[]?)item, out _)).OfType<ApiCall>()
                .Where(call => call.TraceId == traceId).Select(OwnRequest.Of),
        ];
    }
}
