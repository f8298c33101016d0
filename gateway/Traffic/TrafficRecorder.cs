using System.Collections.Frozen;
using System.Diagnostics;
using MessageBoard.Gateway.Page;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Is told of a request.</summary>
public delegate void RequestRecorded(in RequestRecord request);

/// <summary>
/// Sees every request that YARP forwards, and counts and publishes what the answer's headers say about who answered. The lights
/// have no other source.
/// </summary>
public sealed class TrafficRecorder(
    IProxyConfigProvider proxy, TrafficFeed feed, RecentRequests recent, MeshAnswers meshAnswers, TimeProvider clock)
{
    private readonly FrozenDictionary<string, ServiceTraffic> _services =
        proxy.GetConfig().Clusters.ToFrozenDictionary(cluster => cluster.ClusterId, _ => new ServiceTraffic());

    private readonly SharedTexts _texts = new();

    /// <summary>Tells of every request that was recorded, on the thread that has served it: who listens must not wait.</summary>
    public event RequestRecorded? Recorded;

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
        ref readonly var notes = ref exchange.Notes;
        var request = new RequestRecord
        {
            Service = service,
            Cluster = _texts.Share(cluster),
            Pod = _texts.Share((string?)headers[ResponseTags.PodName]),
            Status = context.Response.StatusCode,
            DurationMs = Math.Round(duration.TotalMilliseconds, 3),
            Time = clock.GetUtcNow(),
            Trace = RequestRecord.TraceOf(context.TraceIdentifier),
            SpanId = span?.SpanId.ToHexString(),
            Rule = notes.Rule,
            Heading = notes.Heading,
            Cause = Cause.Of(notes, context, cluster),
            Notes = notes,
            Method = context.Request.Method,
            Path = _texts.Share(context.Request.Path.Value ?? "/"),
            Cookie = RequestRecord.CookieOf(context.Request),
            BrowserKey = PageKey.Of(context.Request),
        };
        _services[service].Record(request);
        recent.Add(request);
        feed.TellRequests();
        Recorded?.Invoke(request);
        TrafficMetrics.Count(request);
        if (cluster is null)
            meshAnswers.Offer(request, context, span?.Context ?? default);
    }

    // By YARP, which says why: a body that broke off, came too slowly, is too large.
    private static bool IsRefused(HttpContext context) =>
        context.Response.StatusCode < 500 && context.Features.Get<IForwarderErrorFeature>() is not null;
}
