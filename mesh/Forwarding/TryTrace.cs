using System.Diagnostics;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Tells the service which trace a request belongs to. Each try is a span of its own, as with Envoy, if anybody collects spans
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span); if nobody does, the service's span is the
/// child of the caller's, and nothing is made for it.
/// </summary>
internal static class TryTrace
{
    private static readonly ActivitySource Source = new("MessageBoard");

    public static Activity? Begin(HttpRequestMessage request, UpstreamHost host, MeshExchange exchange)
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

        if ((span ?? Activity.Current) is not { } sender)
        {
            if (exchange.TraceParent is { } parent)
                Set(request, "traceparent", parent);

            return null;
        }

        DistributedContextPropagator.Current.Inject(sender, request, static (carrier, name, value) => Set((HttpRequestMessage)carrier!, name, value));
        return span;
    }

    // In the place of the caller's own, or of the one of the try before.
    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
