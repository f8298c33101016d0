using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Mesh;

/// <summary>Does at the called service what its Envoy sidecar does with mutual TLS and with AuthorizationPolicies.</summary>
public static class MeshAuthorization
{
    /// <summary>
    /// Answers 403, if there is a mesh, to callers who are not of it (as PeerAuthentication's STRICT has it; where there is a key to know
    /// them by) and to what the policies refuse. Health checks pass: a kubelet's go past Envoy too. What reads X-Forwarded-For into the
    /// connection's address comes after this: policies ask for both.
    /// </summary>
    public static WebApplication UseMeshAuthorization(this WebApplication app)
    {
        if (app.Services.GetService<MeshFolder>() is not { } mesh)
            return app;

        var identity = app.Services.GetService<CallerIdentity>();
        app.Use((context, next) =>
        {
            var request = context.Request;
            if (request.Path.StartsWithSegments("/healthz", StringComparison.Ordinal))
                return next(context);

            var caller = identity?.Verify(request.Headers[CallerIdentity.Header]);
            if (identity is not null && caller is null)
                return RefuseAsync(context, "Only processes of this run are answered here: call the gateway.");

            var policies = mesh.Current.Authorization;
            if (policies.IsEmpty)
                return next(context);

            var verdict = policies.Decide(Describe(context, caller));
            AuthorizationMetrics.Count(verdict);
            return verdict.IsAllowed ? next(context) : RefuseAsync(context, "RBAC: access denied");
        });
        return app;
    }

    private static Task RefuseAsync(HttpContext context, string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);

    private static InboundRequest Describe(HttpContext context, string? caller)
    {
        var (request, connection) = (context.Request, context.Connection);
        return new(
            caller,
            request.Host.Value ?? "",
            request.Method,
            RequestPath.MergeSegments(request.Path.Value ?? "/"),
            name => request.Headers.TryGetValue(name, out var values) ? HeaderBytes.ToText(values.ToString()) : null)
        {
            Source = connection.RemoteIpAddress,
            Destination = connection.LocalIpAddress,
            DestinationPort = connection.LocalPort,
            ServerName = context.Features.Get<ITlsHandshakeFeature>()?.HostName,
        };
    }
}
