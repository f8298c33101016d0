namespace MessageBoard.Gateway.Edge;

/// <summary>
/// What every answer tells browsers, the gateway's own and the services', errors too: at the answer's start, because the exception
/// handler clears all headers, and what came from a service is there by then.
/// </summary>
internal static class AnswerHeaders
{
    /// <summary>For what is no page, or a page that needs nothing: it may load nothing and be shown in no frame.</summary>
    private const string NoContent = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Has them written; allocates nothing.</summary>
    public static void Add(HttpResponse response) => response.OnStarting(static state =>
    {
        var response = (HttpResponse)state;
        var headers = response.Headers;
        headers.Server = default; // a service's, or its proxy's
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = NoContent;

        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store"; // who has not thought about it may have put personal things in

        if (response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
        {
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
        }

        return Task.CompletedTask;
    }, response);
}
