using System.Diagnostics;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Tells the service which trace a request belongs to. Each try is a span of its own, as with Envoy, if anybody collects spans
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span); if nobody does, nothing is made for it, and the
/// service is told of the caller's span, by the Activity there is or by the header that the request has.
/// </summary>
public static class TryTrace
{
    /// <summary>The name of the source of these spans.</summary>
    public const string SourceName = "MessageBoard.Mesh";

    private static readonly ActivitySource Source = new(SourceName);

    internal static Activity? Begin(HttpRequestMessage request, UpstreamHost host, MeshExchange exchange)
    {
        var span = Source.StartActivity(request.Method.Method, ActivityKind.Client);
        if (span is not null)
        {
            span.SetTag("http.request.method", request.Method.Method);
            span.SetTag("server.address", host.Endpoint.Authority);
            span.SetTag("mesh.workload", host.Endpoint.Workload.Key.Name);
            if (exchange.Tries > 1)
                span.SetTag("http.request.resend_count", exchange.Tries - 1);
        }

        if ((span ?? Activity.Current) is { } sender)
            DistributedContextPropagator.Current.Inject(sender, request, static (carrier, name, value) =>
            {
                var headers = ((HttpRequestMessage)carrier!).Headers;
                headers.Remove(name); // the caller's own, or the one of the try before
                headers.TryAddWithoutValidation(name, value);
            });

        return span;
    }
}
