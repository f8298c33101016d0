using System.Diagnostics;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Explain;

/// <summary>
/// Tells the service which trace a request belongs to. Each try is a span of its own, as with Envoy, if its trace is kept
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span), and says what the mesh decided; it ends when the
/// response has ended. If the trace is not kept, nothing is made for it, and the service is told of the caller's span, by the Activity
/// there is or by the header that the request has.
/// </summary>
public static class TryTrace
{
    /// <summary>The name of the source of these spans.</summary>
    public const string SourceName = "MessageBoard.Mesh";

    /// <summary>The attribute with Envoy's response flags.</summary>
    internal const string Flags = "mesh.response_flags";

    private const int FirstErrorStatus = 400; // to a client; to a server only 500 and above are

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a try, if its trace is kept, and tells the service of it.</summary>
    internal static void Begin(HttpRequestMessage request, string pathAndQuery, UpstreamHost host, bool isHttp2, MeshExchange exchange)
    {
        var span = Activity.Current is { Recorded: true } ? Start(request.Method.Method, default) : null;
        if (span is not null)
        {
            var authority = isHttp2 ? host.Endpoint.Http2Authority : host.Endpoint.Authority;
            var query = pathAndQuery.IndexOf('?');
            var port = authority.LastIndexOf(':');
            span.SetTag("server.address", authority[..port].Trim('[', ']'));
            span.SetTag("server.port", int.Parse(authority.AsSpan(port + 1), CultureInfo.InvariantCulture));
            span.SetTag("url.full", $"http://{authority}{(query < 0 ? pathAndQuery : pathAndQuery[..query])}");
            if (isHttp2)
                span.SetTag("network.protocol.version", "2");

            exchange.DescribeTry(span);
            exchange.Trace(span);
        }

        if ((span ?? Activity.Current) is { } sender)
            DistributedContextPropagator.Current.Inject(sender, request, static (carrier, name, value) =>
            {
                var headers = ((HttpRequestMessage)carrier!).Headers;
                headers.Remove(name); // the caller's own, or the one of the try before
                headers.TryAddWithoutValidation(name, value);
            });
    }

    /// <summary>Says what a try's answer was, whose body is still to come; or why there was none, with which it has ended.</summary>
    internal static void Answer(Activity span, int status, ResponseFlags flag)
    {
        if (status > 0)
            span.SetTag("http.response.status_code", status);

        if (flag != ResponseFlags.None || status >= FirstErrorStatus)
            span.Fail(flag.Format() ?? status.ToString(CultureInfo.InvariantCulture));

        if (status == 0)
            span.SetEndTime(DateTime.UtcNow);
    }

    /// <summary>Ends a try's span.</summary>
    internal static void End(Activity span, ResponseFlags flags)
    {
        span.SetTag(Flags, flags.Format());
        span.Stop();
    }

    /// <summary>Says in a span of its own that the mesh has answered a request itself, or that its caller went away before.</summary>
    internal static void Unanswered(MeshExchange exchange, TimeSpan duration)
    {
        if (Activity.Current is not { Recorded: true })
            return;

        using var span = Start(exchange.Method, DateTimeOffset.UtcNow - duration);
        if (span is null)
            return;

        exchange.Describe(span);
        if (exchange.Flags.Format() is { } flags)
            span.Fail(flags);
    }

    /// <summary>Says what the mesh decided.</summary>
    internal static void Describe(Activity span, in RouteDecision decision, UpstreamHost? host, int attempt)
    {
        if (decision.VirtualService is { } service)
        {
            span.SetTag(
                service.Kind == GatewayHttpRoute.Kind ? "mesh.http_route" : "mesh.virtual_service", $"{service.Namespace}/{service.Name}");
            if (decision.Route is { } route)
            {
                span.SetTag("mesh.route", route.Route.Name ?? route.Index.ToString(CultureInfo.InvariantCulture));
                if (route.Delegate is { } target)
                    span.SetTag("mesh.delegate", $"{target.Namespace}/{target.Name}");
            }
        }

        span.SetTag("mesh.subset", decision.Destination?.Subset);
        if (host is not null)
        {
            var workload = host.Endpoint.Workload;
            span.SetTag("mesh.cluster", workload.Labels.GetValueOrDefault("cluster"));
            span.SetTag("mesh.pod", workload.Key.Name);
        }

        if (attempt > 0)
            span.SetTag("mesh.attempt", attempt);

        if (attempt > 1)
            span.SetTag("http.request.resend_count", attempt - 1);
    }

    private static Activity? Start(string method, DateTimeOffset time)
    {
        var known = SpanWords.KnownMethod(method);
        return Source.StartActivity(known ?? SpanWords.NoMethod, ActivityKind.Client, default(ActivityContext), startTime: time)
            ?.SetTag("http.request.method", known ?? SpanWords.OtherMethod);
    }
}
