using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Resources;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Answers that no service gave. The details are Envoy's words for what happened.</summary>
internal static class LocalReply
{
    private static readonly MediaTypeHeaderValue ProblemJson = new("application/problem+json");

    public static HttpResponseMessage NoRoute(MeshExchange exchange) => Problem(404, "no route", exchange);

    public static HttpResponseMessage FaultAbort(int status, MeshExchange exchange) => Problem(status, "fault filter abort", exchange);

    public static HttpResponseMessage Failure(ResponseFlags flag, MeshExchange exchange) => flag switch
    {
        ResponseFlags.UT => Problem(504, "upstream request timeout", exchange),
        ResponseFlags.UO => Problem(503, "upstream overflow", exchange),
        ResponseFlags.UF => Problem(503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure", exchange),
        ResponseFlags.UC => Problem(503, "upstream connect error or disconnect/reset before headers. reset reason: connection termination", exchange),
        _ => Problem(503, "no healthy upstream", exchange),
    };

    public static HttpResponseMessage Direct(DirectResponse direct) => new((HttpStatusCode)direct.Status)
    {
        Content = direct.Body is { } body ? new ReadOnlyMemoryContent(body) { Headers = { ContentType = new("text/plain") } } : new ByteArrayContent([]),
    };

    public static HttpResponseMessage Redirect(HttpRedirect redirect, Uri uri, string authority)
    {
        var scheme = redirect.Scheme ?? uri.Scheme;
        var port = redirect.Port ?? (redirect.DerivePort == RedirectPort.FromRequestPort ? uri.Port : 0);
        var suffix = port is 0 || port == DefaultPort(scheme) ? "" : $":{port}";
        var host = redirect.Authority ?? HostFor(authority, uri.Scheme, scheme, suffix);
        var path = redirect.Uri is null ? uri.PathAndQuery : redirect.Uri.Contains('?') ? redirect.Uri : redirect.Uri + uri.Query;
        var response = new HttpResponseMessage((HttpStatusCode)redirect.Code) { Content = new ByteArrayContent([]) };
        response.Headers.TryAddWithoutValidation("Location", $"{scheme}://{host}{suffix}{path}");
        return response;
    }

    // The caller's own port stays unless another one is given, or the scheme changes whose default it is.
    private static string HostFor(string authority, string before, string scheme, string newPort)
    {
        var colon = authority.LastIndexOf(':');
        if (colon <= authority.LastIndexOf(']'))
            return authority;

        return newPort.Length > 0 || (scheme != before && authority[colon..] == $":{DefaultPort(before)}") ? authority[..colon] : authority;
    }

    private static int DefaultPort(string scheme) => scheme switch { "http" => 80, "https" => 443, _ => 0 };

    private static HttpResponseMessage Problem(int status, string detail, MeshExchange exchange) => new((HttpStatusCode)status)
    {
        Content = JsonContent.Create(
            new ProblemDetails
            {
                Status = status,
                Title = ReasonPhrases.GetReasonPhrase(status),
                Detail = detail,
                Extensions = { ["traceId"] = exchange.TraceId },
            },
            mediaType: ProblemJson),
    };
}
