using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Forwarding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Mesh;

/// <summary>Does at the called service what its Envoy sidecar does with AuthorizationPolicies.</summary>
public static class MeshAuthorization
{
    /// <summary>Answers what the policies refuse with 403, if there is a mesh. Health checks pass: a kubelet's go past Envoy too.</summary>
    public static WebApplication UseMeshAuthorization(this WebApplication app)
    {
        if (app.Services.GetService<MeshFolder>() is not { } mesh)
            return app;

        var identity = app.Services.GetService<CallerIdentity>();
        app.Use((context, next) =>
        {
            var policies = mesh.Current.Authorization;
            return policies.IsEmpty || context.Request.Path.StartsWithSegments("/healthz") || policies.Allows(Describe(context, identity))
                ? next(context)
                : TypedResults.Problem("RBAC: access denied", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
        });
        return app;
    }

    private static InboundRequest Describe(HttpContext context, CallerIdentity? identity)
    {
        var request = context.Request;
        return new(
            identity?.Verify(request.Headers[CallerIdentity.Header]),
            request.Host.Value ?? "",
            request.Method,
            request.Path.Value ?? "/",
            name => request.Headers.TryGetValue(name, out var values) ? HeaderBytes.ToText(values.ToString()) : null);
    }
}
