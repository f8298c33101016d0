using System.Collections.Frozen;
using System.Diagnostics;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Sees every request that YARP forwards, and counts and publishes what the answer's headers say about who answered. The lights
/// have no other source.
/// </summary>
public sealed class TrafficRecorder(
    IProxyConfigProvider proxy, TrafficFeed feed, RecentRequests recent, MeshAnswers meshAnswers, TimeProvider clock)
{
    private readonly FrozenDictionary<string, ServiceTraffic> _services =
        proxy.GetConfig().Clusters.ToFrozenDictionary(cluster => cluster.ClusterId, _ => new ServiceTraffic());

    private long _lastId;

    /// <summary>Tells of every request that was recorded, on the thread that has served it: who listens must not wait.</summary>
    public event Action<RoutedRequest>? Recorded;

    /// <summary>When counting began.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    /// <summary>The services that the gateway fronts, with their counts.</summary>
    public IReadOnlyDictionary<string, ServiceTraffic> Services => _services;

    /// <summary>Records the end of a request.</summary>
    /// <param name="context">The request and its answer.</param>
    /// <param name="exchange">What happened to it in the mesh.</param>
    /// <param name="duration">From its arrival to its answer's end.</param>
    /// <param name="span">Its span; null if that is not kept.</param>
    public void Record(HttpContext context, MeshExchange exchange, TimeSpan duration, Activity? span)
    {
        var headers = context.Response.Headers;
        var cluster = (string?)headers[ResponseTags.ServiceCluster];
        if (cluster is null && (context.RequestAborted.IsCancellationRequested || IsRefused(context)))
            return; // the caller went away, or sent what is none, before anybody could answer: no fault of the mesh

        var service = context.GetReverseProxyFeature().Cluster.Config.ClusterId;
        var pod = (string?)headers[ResponseTags.PodName];
        var status = context.Response.StatusCode;
        var request = new RoutedRequest(
            Interlocked.Increment(ref _lastId), service, cluster, pod, status, Math.Round(duration.TotalMilliseconds, 3), clock.GetUtcNow(),
            exchange.Flags.Format(), context.TraceIdentifier, span is not null)
        {
            Rule = exchange.Rule,
            Heading = exchange.Heading,
            Cause = Cause.Of(exchange, context, cluster),
            DelayMs = exchange.Delay.TotalMilliseconds,
            Tries = exchange.Retried,
            Mirrors = exchange.MirrorClusters,
        };
        _services[service].Record(request);
        recent.Add(new(request, context.Request, exchange, span));
        feed.Publish(request);
        Recorded?.Invoke(request);
        TrafficMetrics.Count(request);
        if (cluster is null)
            meshAnswers.Offer(request, context, span?.Context ?? default);
    }

    // By YARP, which says why: a body that broke off, came too slowly, is too large.
    private static bool IsRefused(HttpContext context) =>
        context.Response.StatusCode < 500 && context.Features.Get<IForwarderErrorFeature>() is not null;
}
