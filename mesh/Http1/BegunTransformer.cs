using MessageBoard.Mesh.Forwarding;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Mesh.Http1;

/// <summary>Hands a begun call over with the request that YARP makes of it.</summary>
internal sealed class BegunTransformer(HttpTransformer transformer, BegunCall call) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.Options.Set(BegunCall.Key, call);
        await transformer.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken) =>
        transformer.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        transformer.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
}
