using System.Collections.Frozen;
using MessageBoard.Gateway.Explain;
using MessageBoard.Mesh.Explain;
using Yarp.ReverseProxy.Configuration;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Sees every request that YARP forwards, and counts and publishes what the answer's headers say about who answered. The lights
/// have no other source.
/// </summary>
public sealed class TrafficRecorder(IProxyConfigProvider proxy, TrafficFeed feed, RecentRequests recent, TimeProvider clock)
{
    private readonly FrozenDictionary<string, ServiceTraffic> _services =
        proxy.GetConfig().Clusters.ToFrozenDictionary(cluster => cluster.ClusterId, _ => new ServiceTraffic());

    private long _lastId;

    /// <summary>When counting began.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    /// <summary>The services that the gateway fronts, with their counts.</summary>
    public IReadOnlyDictionary<string, ServiceTraffic> Services => _services;

    /// <summary>Middleware of the proxy's own pipeline: lets the request pass, then records its end.</summary>
    public async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        var started = clock.GetTimestamp();
        var trace = RequestTrace.Of(context.Request);
        var exchange = new MeshExchange { TraceParent = trace.Parent };
        context.Features.Set(exchange);
        context.Response.Headers[TraceIdHeader.Name] = context.TraceIdentifier = trace.Id; // problems have it from there
        try
        {
            await next(context);
        }
        finally
        {
            exchange.Complete();
        }

        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
            await TypedResults.Problem(statusCode: context.Response.StatusCode).ExecuteAsync(context); // YARP's own answers have no body

        Record(context, exchange, trace.Id, clock.GetElapsedTime(started));
    }

    private void Record(HttpContext context, MeshExchange exchange, string traceId, TimeSpan duration)
    {
        var headers = context.Response.Headers;
        var cluster = (string?)headers["X-Service-Cluster"];
        if (cluster is null && context.RequestAborted.IsCancellationRequested)
            return; // the caller went away before anybody answered: no fault of the mesh

        var service = context.GetReverseProxyFeature().Cluster.Config.ClusterId;
        var pod = (string?)headers["X-Pod-Name"];
        var status = context.Response.StatusCode;
        _services[service].Record(cluster, pod, status);

        var request = new RoutedRequest(
            Interlocked.Increment(ref _lastId), service, cluster, pod, status, Math.Round(duration.TotalMilliseconds, 3), clock.GetUtcNow(),
            exchange.Flags.Format(), traceId);
        recent.Add(new(request, context.Request.Method, context.Request.Path.Value ?? "/", exchange));
        feed.Publish(request);
    }
}
