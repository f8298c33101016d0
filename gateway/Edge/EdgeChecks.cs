using MessageBoard.Gateway.Proxy;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MessageBoard.Gateway.Edge;

/// <summary>What holds for every request, whoever answers it: it stands before routing, so that no endpoint can forget it.</summary>
public static class EdgeChecks
{
    // Each may hold some 100 KiB: what more there is, is closed at once.
    private const int MaxConnections = 10_000;

    private static readonly TimeSpan HstsMaxAge = TimeSpan.FromDays(365);

    /// <summary>Registers what <see cref="UseEdge"/> needs.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services) => services
        .AddHsts(hsts => hsts.MaxAge = HstsMaxAge)
        .Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxConcurrentConnections = MaxConnections);

    /// <summary>
    /// Learns from trusted proxies who asks; then answers 421 for a Host that is not ours (health checks, which know pods by address,
    /// apart) and 403 for what only a page of this origin may have: a change, a place at the event stream. It tells browsers what they
    /// may do with the answer.
    /// </summary>
    public static WebApplication UseEdge(this WebApplication app)
    {
        var hosts = new AllowedHosts(app.Configuration);
        app.UseTrustedProxies();
        app.UseHsts();
        app.Use((context, next) =>
        {
            var request = context.Request;
            AnswerHeaders.Add(context.Response);
            if (!hosts.Allow(request.Headers.Host) && !request.Path.StartsWithSegments("/healthz", StringComparison.Ordinal))
            {
                return RefuseAsync(app.Logger, context, StatusCodes.Status421MisdirectedRequest, GatewayProblems.HostUnknown);
            }

            return (SameOrigin.IsSafe(request.Method) && !TakesAPlace(request)) || SameOrigin.MayChange(request)
                ? next(context)
                : RefuseAsync(app.Logger, context, StatusCodes.Status403Forbidden, GatewayProblems.OtherOrigin);
        });
        return app;
    }

    // A page of another origin could not read the stream, but keep the user's own page from it.
    private static bool TakesAPlace(HttpRequest request) => request.Path.StartsWithSegments("/api/traffic/events");

    private static async Task RefuseAsync(ILogger logger, HttpContext context, int status, ProblemText detail)
    {
        RequestTrace.GoOn(context);
        RequestTrace.Show(context);
        await Problems.Of(status, detail).ExecuteAsync(context);
        logger.LogRefusal(context);
    }
}
