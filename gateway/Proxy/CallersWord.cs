using System.Collections.Frozen;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Proxy;

/// <summary>
/// Takes out what a caller says of where a request comes from: services believe the gateway, so only the gateway may say it. YARP then
/// sets <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> from the connection.
/// </summary>
internal static class CallersWord
{
    private static readonly FrozenSet<string> Names =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Forwarded", "X-Real-IP", "X-Mesh-Source");

    /// <summary>Adds it to all routes.</summary>
    public static IReverseProxyBuilder AddCallersWord(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
        transforms.AddRequestTransform(static context =>
        {
            var headers = context.ProxyRequest.Headers;
            headers.Host = null; // the service's name stands there; YARP alone would let one in punycode through
            List<string>? forged = null;
            foreach (var header in headers.NonValidated)
            {
                if (header.Key.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
                    || Names.Contains(header.Key))
                    (forged ??= []).Add(header.Key);
            }

            forged?.ForEach(name => headers.Remove(name));
            return ValueTask.CompletedTask;
        }));
}
