using MessageBoard.Gateway.Page;

namespace MessageBoard.Gateway.Proxy;

/// <summary>Keeps the page's key from the services, whose business it is not. A request without one is left as it is.</summary>
internal static class OwnCookies
{
    /// <summary>Takes it out of a request; <see cref="PageKey.Of"/> knows it still.</summary>
    public static void TakeOut(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (!PageKey.IsIn(headers.Cookie))
            return;

        PageKey.Keep(context);
        headers.Cookie = PageKey.Remove(headers.Cookie) is { Length: > 0 } rest ? rest : default;
    }
}
