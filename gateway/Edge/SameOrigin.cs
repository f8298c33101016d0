namespace MessageBoard.Gateway.Edge;

/// <summary>
/// Whether a request may change something: one that a browser sends for a page of another origin may not, whatever cookies it carries
/// (https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html). A different port of the same
/// host is a different origin, which SameSite cookies do not see.
/// </summary>
internal static class SameOrigin
{
    /// <summary>
    /// By Sec-Fetch-Site, which all browsers send over https and to localhost, else by Origin, which they send with every change. A
    /// request with neither is no browser's.
    /// </summary>
    public static bool MayChange(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site))
            return site == "same-origin" || site == "none"; // none: the user's own doing, such as the address bar

        return request.Headers.Origin is not { Count: > 0 } origin || IsOwn(request, origin.ToString());
    }

    /// <summary>Whether a method changes nothing (https://www.rfc-editor.org/rfc/rfc9110#name-safe-methods).</summary>
    public static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    // "null", which sandboxed frames and local files send, is no address.
    private static bool IsOwn(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var theirs)
        && Uri.TryCreate($"{request.Scheme}://{request.Headers.Host}", UriKind.Absolute, out var own)
        && Uri.Compare(theirs, own, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
}
