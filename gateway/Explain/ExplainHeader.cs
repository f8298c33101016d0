using MessageBoard.Gateway.Page;
using MessageBoard.Mesh.Explain;
using Microsoft.AspNetCore.Authentication;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Explain;

/// <summary>
/// Explains a request in its answer to who asks for it with <c>x-mesh-explain: true</c> and is logged in, or has the page's key.
/// </summary>
public static class ExplainHeader
{
    private const string Name = MeshExplanation.Header;

    // Many servers and browsers take no more than 8 KiB of headers in all.
    private const int MaxBytes = 4096;

    /// <summary>Adds it to all routes.</summary>
    public static IReverseProxyBuilder AddExplainHeader(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
    {
        transforms.AddRequestTransform(static context =>
        {
            if (context.HttpContext.Request.Headers.ContainsKey(Name))
                context.ProxyRequest.Headers.Remove(Name);

            return ValueTask.CompletedTask;
        });
        transforms.AddResponseTransform(static context =>
            IsAsked(context.HttpContext.Request)
                ? ExplainAsync(context.HttpContext)
                : ValueTask.CompletedTask);
    });

    /// <summary>Whether a request asks for an explanation.</summary>
    public static bool IsAsked(HttpRequest request) => request.Headers.TryGetValue(Name, out var asked) && asked == "true";

    private static async ValueTask ExplainAsync(HttpContext context)
    {
        context.Response.Headers.Remove(Name); // a service's own would be no explanation of the mesh
        if (context.Features.Get<MeshExchange>()?.Notes.Explain() is not { } explanation
            || (PageKey.Of(context.Request) == 0 && !(await context.AuthenticateAsync(SessionAuthentication.Scheme)).Succeeded))
            return;

        // The serializer's own encoder leaves nothing but ASCII.
        var json = JsonSerializer.Serialize(explanation, JsonSerializerOptions.Web);
        context.Response.Headers[Name] = json.Length <= MaxBytes ? json : """{"tooLong":"GET /api/traffic/requests/{id} has all of it"}""";
    }
}
