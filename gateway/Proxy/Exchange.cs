using MessageBoard.Mesh.Explain;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Proxy;

/// <summary>Has the mesh note what happens to each request: the recorder's flags and all explanations come from there.</summary>
internal static class Exchange
{
    /// <summary>Begins the notes on a request, whose trace has begun.</summary>
    public static MeshExchange Begin(HttpContext context)
    {
        var exchange = new MeshExchange { TraceId = context.TraceIdentifier, IsForwarded = true };
        context.Features.Set(exchange);
        return exchange;
    }

    /// <summary>Hands the notes from the incoming request to the outgoing one.</summary>
    public static IReverseProxyBuilder AddExchange(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
        transforms.AddRequestTransform(static context =>
        {
            context.ProxyRequest.Options.Set(MeshExchange.Key, context.HttpContext.Features.Get<MeshExchange>()!);
            return ValueTask.CompletedTask;
        }));
}
