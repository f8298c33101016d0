using System.Text.Json;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Authentication;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Explain;

/// <summary>
/// Has the mesh note what happens to each request, and explains it in the answer to who asks for it with
/// <c>x-mesh-explain: true</c> and is logged in.
/// </summary>
public static class ExplainHeader
{
    private const string Name = "x-mesh-explain";

    // Many servers and browsers take no more than 8 KiB of headers in all.
    private const int MaxBytes = 4096;

    /// <summary>Adds it to all routes.</summary>
    public static IReverseProxyBuilder AddExplain(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
    {
        if (transforms.Services.GetService<MeshRuntime>() is null)
            transforms.AddRequestTransform(SendTrace);

        transforms.AddRequestTransform(static context =>
        {
            if (context.HttpContext.Features.Get<MeshExchange>() is { } exchange)
                context.ProxyRequest.Options.Set(MeshExchange.Key, exchange);

            if (context.HttpContext.Request.Headers.ContainsKey(Name))
                context.ProxyRequest.Headers.Remove(Name);

            return ValueTask.CompletedTask;
        });
        transforms.AddResponseTransform(static context =>
            context.HttpContext.Request.Headers.TryGetValue(Name, out var asked) && asked == "true" ? ExplainAsync(context.HttpContext) : ValueTask.CompletedTask);
    });

    // What the in-process mesh does for each try. Where sidecars route, they take the trace from here.
    private static ValueTask SendTrace(RequestTransformContext context)
    {
        if (context.HttpContext.Features.Get<MeshExchange>() is { TraceParent: { } parent })
        {
            context.ProxyRequest.Headers.Remove("traceparent");
            context.ProxyRequest.Headers.TryAddWithoutValidation("traceparent", parent);
        }

        return ValueTask.CompletedTask;
    }

    private static async ValueTask ExplainAsync(HttpContext context)
    {
        context.Response.Headers.Remove(Name); // a service's own would be no explanation of the mesh
        if (context.Features.Get<MeshExchange>()?.Explain() is not { } explanation || !(await context.AuthenticateAsync(SessionAuthentication.Scheme)).Succeeded)
            return;

        // The serializer's own encoder leaves nothing but ASCII.
        var json = JsonSerializer.Serialize(explanation, TrafficJson.Default.MeshExplanation);
        context.Response.Headers[Name] = json.Length <= MaxBytes ? json : """{"tooLong":"GET /api/traffic/requests/{id} has all of it"}""";
    }
}
