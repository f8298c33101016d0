using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Answers that no service gave. The details are Envoy's words for what happened.</summary>
internal static class LocalReply
{
    private const string Grpc = "application/grpc";

    private static readonly MediaTypeHeaderValue ProblemJson = new("application/problem+json");

    public static HttpResponseMessage? NoRoute(Call call)
    {
        if (call.Decision.Route is not null)
            return null;

        call.Exchange.Flags |= ResponseFlags.NR;
        return Problem(404, "no route", call);
    }

    public static HttpResponseMessage FaultAbort(FaultAbort abort, Call call)
    {
        const string Words = "fault filter abort";
        if (abort.GrpcStatus is not { } status || !IsGrpc(call.Request))
            return Problem(abort.Status, Words, call);

        // https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Trailers-Only
        var response = new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent([]) { Headers = { ContentType = new(Grpc) } },
        };
        response.Headers.Add("grpc-status", status.ToString(CultureInfo.InvariantCulture));
        response.Headers.Add("grpc-message", Words);
        return response;
    }

    public static HttpResponseMessage BadRequest(Call call) => Problem(400, "The request cannot be passed on as it is.", call);

    public static HttpResponseMessage Failure(ResponseFlags flag, Call call)
    {
        call.Exchange.Flags |= flag;
        return HeaderRules.ApplyResponse(call, flag switch
        {
            ResponseFlags.UT when call.AnswersTimeoutWithNothing => new(HttpStatusCode.NoContent) { Content = new ByteArrayContent([]) },
            ResponseFlags.UT => Problem(504, "upstream request timeout", call),
            ResponseFlags.UO => Overloaded(Problem(503, "upstream overflow", call)),
            ResponseFlags.UF =>
                Problem(503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure", call),
            ResponseFlags.UC =>
                Problem(503, "upstream connect error or disconnect/reset before headers. reset reason: connection termination", call),
            ResponseFlags.NC => Problem(call.Route.UnknownServiceStatus, "cluster not found", call),
            _ => Problem(503, "no healthy upstream", call),
        });
    }

    public static HttpResponseMessage? DirectResponse(Call call) => call.Route.DirectResponse is not { } direct
        ? null
        : HeaderRules.ApplyResponse(call, new((HttpStatusCode)direct.Status)
        {
            Content = direct.Body is { } body
                ? new ReadOnlyMemoryContent(body) { Headers = { ContentType = new("text/plain") } }
                : new ByteArrayContent([]),
        });

    public static HttpResponseMessage? Redirect(Call call)
    {
        if (call.Route.Redirect is not { } redirect)
            return null;

        var (uri, authority) = (call.Uri, call.Request.Headers.Host ?? call.Uri.Authority);
        var scheme = redirect.Scheme ?? uri.Scheme;
        var port = redirect.Port ?? (redirect.DerivePort == RedirectPort.FromRequestPort ? uri.Port : 0);
        var suffix = port is 0 || port == DefaultPort(scheme) ? "" : $":{port}";
        var host = redirect.Authority ?? HostFor(authority, uri.Scheme, scheme, suffix);
        var path = redirect switch
        {
            { PrefixRewrite: { } prefix } => Rewriting.ReplacePrefix(call, prefix) + uri.Query,
            { Uri: null } => uri.PathAndQuery,
            _ => redirect.Uri.Contains('?') ? redirect.Uri : redirect.Uri + uri.Query,
        };
        var response = new HttpResponseMessage((HttpStatusCode)redirect.Code) { Content = new ByteArrayContent([]) };
        response.Headers.TryAddWithoutValidation("Location", $"{scheme}://{host}{suffix}{path}");
        return HeaderRules.ApplyResponse(call, response);
    }

    // application/grpc, application/grpc+proto
    private static bool IsGrpc(HttpRequestMessage request) =>
        request.Content?.Headers.ContentType?.MediaType is { } type
            && (type == Grpc || type.StartsWith($"{Grpc}+", StringComparison.Ordinal));

    // The caller's own port stays unless another one is given, or the scheme changes whose default it is.
    private static string HostFor(string authority, string before, string scheme, string newPort)
    {
        var colon = authority.LastIndexOf(':');
        if (colon <= authority.LastIndexOf(']'))
            return authority;

        return newPort.Length > 0 || (scheme != before && authority[colon..] == $":{DefaultPort(before)}") ? authority[..colon] : authority;
    }

    private static int DefaultPort(string scheme) => scheme switch { "http" => 80, "https" => 443, _ => 0 };

    private static HttpResponseMessage Overloaded(HttpResponseMessage response)
    {
        response.Headers.TryAddWithoutValidation("x-envoy-overloaded", "true");
        return response;
    }

    private static HttpResponseMessage Problem(int status, string detail, Call call) => new((HttpStatusCode)status)
    {
        Content = JsonContent.Create(
            new ProblemDetails
            {
                Status = status,
                Title = ReasonPhrases.GetReasonPhrase(status),
                Detail = detail,
                Extensions = { ["traceId"] = call.Exchange.TraceId },
            },
            mediaType: ProblemJson),
    };
}
