using System.Text.RegularExpressions;
using MessageBoard.Mesh.Explain;
using Microsoft.AspNetCore.Routing;

namespace MessageBoard.Shared.Telemetry;

/// <summary>What spans of several kinds share.</summary>
public static partial class Spans
{
    /// <summary>Begins a span in the trace of the span there is; null, if that is not kept or there is none.</summary>
    public static Activity? StartChild(this ActivitySource source, string name, ActivityKind kind) =>
        Activity.Current is { Recorded: true } ? source.StartActivity(name, kind) : null;

    /// <summary>Begins a span without making it the current one.</summary>
    public static Activity? StartAside(
        this ActivitySource source, string name, ActivityKind kind, ActivityContext parent, IEnumerable<ActivityLink>? links = null)
    {
        var before = Activity.Current;
        if (parent == default)
            Activity.Current = null; // else it would be the parent

        var span = source.StartActivity(name, kind, parent, links: links);
        Activity.Current = before;
        return span is { Recorded: true } ? span : null;
    }

    /// <summary>
    /// Describes the server's side of a request that has ended
    /// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span). The query is not among it.
    /// </summary>
    /// <param name="span">The span.</param>
    /// <param name="context">The request and its answer.</param>
    /// <param name="route">The path's template; null where there is none.</param>
    public static void DescribeServer(this Activity span, HttpContext context, string? route)
    {
        var (request, status) = (context.Request, context.Response.StatusCode);
        span.NameServer(request, route);
        span.SetTag("http.request.method", SpanWords.KnownMethod(request.Method) ?? SpanWords.OtherMethod);
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.Path.Value);
        span.SetTag("server.address", request.Host.Host);
        if (request.Host.Port is { } port)
            span.SetTag("server.port", port);

        span.SetTag("network.protocol.version", request.Protocol is ['H', 'T', 'T', 'P', '/', .. var version] ? version : null);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span.Fail($"{status}");
    }

    /// <summary>The template of the endpoint's path, without constraints: <c>/api/messages/{id}</c>; null without one.</summary>
    public static string? RouteOf(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern }
            ? $"/{Constraint.Replace(pattern, "").Trim('/')}"
            : null;

    internal static void NameServer(this Activity span, HttpRequest request, string? route)
    {
        var method = SpanWords.KnownMethod(request.Method) ?? SpanWords.NoMethod;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.route", route);
    }

    [GeneratedRegex(@":[^{}]+(?=\})")]
    private static partial Regex Constraint { get; }
}
