using MessageBoard.Gateway.Page;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Proxy;

/// <summary>Keeps the page's key from the services, whose business it is not. A request without one is left as it is.</summary>
internal static class OwnCookies
{
    /// <summary>Adds it to all routes.</summary>
    public static IReverseProxyBuilder AddOwnCookies(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
        transforms.AddRequestTransform(static context =>
        {
            var cookies = context.HttpContext.Request.Headers.Cookie;
            if (!PageKey.IsIn(cookies))
                return ValueTask.CompletedTask;

            var headers = context.ProxyRequest.Headers;
            headers.Remove(HeaderNames.Cookie);
            if (PageKey.Remove(cookies) is { Length: > 0 } rest)
                headers.TryAddWithoutValidation(HeaderNames.Cookie, rest);

            return ValueTask.CompletedTask;
        }));
}
