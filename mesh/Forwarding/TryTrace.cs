using System.Diagnostics;
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

    public static Activity? Begin(HttpRequestMessage request, UpstreamHost host, int tries)
    {
        var span = Source.StartActivity(request.Method.Method, ActivityKind.Client);
        if (span is not null)
        {
            span.SetTag("http.request.method", request.Method.Method);
            span.SetTag("server.address", host.Endpoint.Authority);
            span.SetTag("mesh.workload", host.Endpoint.Workload.Id.Name);
            if (tries > 1)
                span.SetTag("http.request.resend_count", tries - 1);
        }

        DistributedContextPropagator.Current.Inject(span ?? Activity.Current, request, static (carrier, name, value) =>
        {
            var headers = ((HttpRequestMessage)carrier!).Headers;
            headers.Remove(name); // the caller's own, or that of the try before
            headers.TryAddWithoutValidation(name, value);
        });
        return span;
    }
}
