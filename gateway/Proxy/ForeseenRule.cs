using System.Diagnostics.CodeAnalysis;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Routing;
using MessageBoard.MeshKubernetes;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Proxy;

/// <summary>
/// Where Envoy is the mesh, notes which of a service's rules will take a request: its sidecar does not tell, but goes by the same
/// VirtualServices. Between an edit and its arrival at the sidecar the two may differ for a moment.
/// </summary>
internal static class ForeseenRule
{
    /// <summary>Adds it to all routes, unless the mesh is in this process.</summary>
    public static IReverseProxyBuilder AddForeseenRule(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
    {
        if (transforms.Services.GetRequiredService<IMeshStore>() is not KubernetesMesh mesh || transforms.Cluster is not { } cluster)
            return;

        transforms.AddRequestTransform(context =>
        {
            var rule = mesh.Current.Routes.RuleOf(new SentRequest(context, cluster.ClusterId));
            context.HttpContext.Features.Get<MeshExchange>()!.Foresee(rule);
            return ValueTask.CompletedTask;
        });
    });

    // The request as it goes out, to the service's own name and port.
    private readonly struct SentRequest(RequestTransformContext context, string service) : IRoutableRequest
    {
        public string Host => service;

        public int Port => 80;

        public string Scheme => Uri.UriSchemeHttp;

        public string Authority => service;

        public string Method => context.ProxyRequest.Method.Method;

        public string Path => RequestPath.Normalize(context.Path.ToUriComponent());

        public string Query => context.Query.QueryString.Value ?? "";

        public bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
        {
            var found = context.HttpContext.Request.Headers.TryGetValue(name, out var values);
            value = found ? HeaderBytes.ToText(string.Join(',', (IEnumerable<string?>)values)) : null;
            return found;
        }
    }
}
