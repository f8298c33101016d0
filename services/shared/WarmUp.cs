using System.Text;
using MessageBoard.Shared.Sessions;
using MessageBoard.Shared.Stores;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MessageBoard.Shared;

/// <summary>
/// Asks the process's own endpoints, where <c>WarmUp</c> is true, before it says that it is ready: what a first request has to compile
/// and to connect costs tenths of a second of a processor, and on a busy node more than callers wait. Nobody else hears of these
/// requests: they go past events, tags and the mesh, and belong to a session of nobody's that ends with them. The process is ready in any
/// case once they have ended, or <see cref="Limit"/> has.
/// </summary>
public sealed partial class WarmUp(
    IEnumerable<WarmUp.Request> requests, Schema schema, SessionStore sessions, EndpointDataSource endpoints, IServiceScopeFactory scopes,
    ILogger<WarmUp> logger) : BackgroundService, IHealthCheck
{
    private const string Setting = "WarmUp";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly Session Nobody = new(0, "", IsAdmin: false);

    private readonly TaskCompletionSource<RequestDelegate> _pipeline = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Something to ask.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="Route">The endpoint's route.</param>
    /// <param name="Json">The body; null for none.</param>
    public sealed record Request(string Method, string Route, string? Json = null);

    /// <summary>Whether a process asks itself.</summary>
    public static bool IsOn(IConfiguration configuration) => configuration.GetValue<bool>(Setting);

    /// <summary>Asks by what follows in the pipeline.</summary>
    public RequestDelegate Use(RequestDelegate pipeline)
    {
        _pipeline.SetResult(pipeline);
        return pipeline;
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(ExecuteTask is { IsCompleted: true }
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("its first requests are not through yet"));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Made.WaitAsync(stoppingToken);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limited.CancelAfter(Limit);
        try
        {
            await AskAllAsync(limited.Token).WaitAsync(limited.Token);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogCold(exception.Message);
        }
    }

    private async Task AskAllAsync(CancellationToken cancellationToken)
    {
        var pipeline = await _pipeline.Task.WaitAsync(cancellationToken);
        var token = await sessions.CreateAsync(Nobody);
        try
        {
            foreach (var request in requests)
                await AskAsync(pipeline, request, token, cancellationToken);
        }
        finally
        {
            await sessions.DeleteAsync(token);
        }
    }

    private async Task AskAsync(RequestDelegate pipeline, Request request, string token, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new Body(request.Json is not null));
        (context.Request.Method, context.Request.Path) = (request.Method, request.Route);
        context.Request.Headers.Cookie = $"{SessionAuthentication.CookieName(context)}={token}";
        if (request.Json is { } json)
        {
            context.Request.ContentType = "application/json";
            context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        }

        context.SetEndpoint(endpoints.Endpoints.OfType<RouteEndpoint>().Single(endpoint =>
            endpoint.RoutePattern.RawText?.TrimEnd('/') == request.Route
            && endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(request.Method) == true));
        await pipeline(context);
        if (context.Response.StatusCode is StatusCodes.Status401Unauthorized or >= StatusCodes.Status500InternalServerError)
            throw new InvalidOperationException($"{request.Method} {request.Route} was answered with {context.Response.StatusCode}");
    }

    [LoggerMessage(LogLevel.Information, "The first requests will be slow: {Reason}")]
    private partial void LogCold(string reason);

    private sealed record Body(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}

internal static class WarmUpServices
{
    public static IServiceCollection AddWarmUp(this IServiceCollection services, IEnumerable<WarmUp.Request> requests)
    {
        foreach (var request in requests)
            services.AddSingleton(request);

        services.AddSingleton<WarmUp>().AddHostedService(provider => provider.GetRequiredService<WarmUp>());
        services.AddHealthChecks().AddCheck<WarmUp>("warm-up");
        return services;
    }

    /// <summary>What follows in the pipeline is what <see cref="WarmUp"/> asks.</summary>
    public static WebApplication UseWarmUp(this WebApplication app)
    {
        if (app.Services.GetService<WarmUp>() is { } warmUp)
            ((IApplicationBuilder)app).Use(warmUp.Use);

        return app;
    }
}
