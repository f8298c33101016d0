using System.Text.Json;
using MessageBoard.Mesh.Authentication;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace MessageBoard.Mesh;

/// <summary>Does at the called service what its Envoy sidecar does with mutual TLS, with tokens and with AuthorizationPolicies.</summary>
public static class MeshAuthorization
{
    /// <summary>
    /// Answers 403, if there is a mesh, to callers who are not of it (as PeerAuthentication's STRICT has it; where there is a key to know
    /// them by) and to what the policies refuse, 401 to tokens that are not valid. Health checks pass: a kubelet's go past Envoy too. What
    /// reads X-Forwarded-For into the connection's address comes after this: policies ask for both.
    /// </summary>
    public static WebApplication UseMeshAuthorization(this WebApplication app)
    {
        if (app.Services.GetService<MeshRuntime>() is null)
            return app;

        var mesh = app.Services.GetRequiredService<IMeshStore>();
        var identity = app.Services.GetService<CallerIdentity>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var keys = new KeySource(clock);
        app.Lifetime.ApplicationStopped.Register(keys.Dispose);
        app.Use((context, next) =>
        {
            var request = context.Request;
            if (request.Path.StartsWithSegments("/healthz", StringComparison.Ordinal))
                return next(context);

            var caller = identity?.Verify(request.Headers[CallerIdentity.Header]);
            if (identity is not null && caller is null)
                return RefuseAsync(context, "Only processes of this run are answered here: call the gateway.");

            var current = mesh.Current;
            return current.Authentication.IsEmpty ? AuthorizeAsync(current, context, next, caller, null)
                : AuthenticateAsync(current, context, next, caller);
        });
        return app;

        async Task AuthenticateAsync(MeshSnapshot current, HttpContext context, RequestDelegate next, string? caller)
        {
            var verdict = await current.Authentication.CheckAsync(context.Request, keys, clock.GetUtcNow());
            if (verdict.Problem is { } problem)
                await RefuseTokenAsync(context, problem);
            else
                await AuthorizeAsync(current, context, next, caller, verdict.Claims);
        }
    }

    private static Task AuthorizeAsync(
        MeshSnapshot current, HttpContext context, RequestDelegate next, string? caller, JsonElement? claims)
    {
        if (current.Authorization.IsEmpty)
            return next(context);

        var verdict = current.Authorization.Decide(Describe(context, caller, claims));
        AuthorizationMetrics.Count(verdict);
        return verdict.IsAllowed ? next(context) : RefuseAsync(context, "RBAC: access denied");
    }

    // Envoy's jwt_authn/filter.cc; its realm has the query, which may have the token.
    private static Task RefuseTokenAsync(HttpContext context, string problem)
    {
        var request = context.Request;
        var realm = $"{request.Scheme}://{request.Host.ToUriComponent()}{request.Path.ToUriComponent()}";
        context.Response.Headers[HeaderNames.WWWAuthenticate] =
            $"Bearer realm=\"{realm}\"{(problem == TokenProblem.Missing ? "" : ", error=\"invalid_token\"")}";
        return RefuseAsync(
            context, problem,
            problem == TokenProblem.AudienceNotAllowed ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized);
    }

    private static Task RefuseAsync(HttpContext context, string detail, int status = StatusCodes.Status403Forbidden)
    {
        context.Response.Headers[Denial.Header] = "true";
        return TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
    }

    private static InboundRequest Describe(HttpContext context, string? caller, JsonElement? claims)
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
            Claims = claims,
        };
    }
}
