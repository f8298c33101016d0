using MessageBoard.Gateway.Telemetry.Browser;
using MessageBoard.Gateway.Telemetry.Stores;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>Traces and logs, read back from where they were sent to.</summary>
public static class TelemetryEndpoints
{
    /// <summary>Registers the store that <c>Telemetry:*</c> names.</summary>
    /// <exception cref="InvalidOperationException">A setting is none.</exception>
    public static IServiceCollection AddTelemetryApi(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = new TelemetrySettings(configuration);
        services.AddSingleton(settings);
        if (settings.Aspire is not null)
            services.AddSingleton<ITelemetryStore, AspireStore>().AddSingleton<TraceReader>();

        if (OtlpTarget.Read(configuration) is { } target)
        {
            services.AddSingleton(target).AddSingleton<BrowserSpanSender>().AddSingleton<BrowserEndpoint>();
            services.AddHostedService(provider => provider.GetRequiredService<BrowserSpanSender>());
        }

        return services;
    }

    /// <summary>Maps <c>/api/telemetry</c>, and <c>/otlp/v1/traces</c> where there is somebody to take browsers' spans.</summary>
    public static IEndpointRouteBuilder MapTelemetry(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/telemetry", GetState);
        var group = app.MapGroup("/api/telemetry").RequireAuthorization(SessionAuthentication.UserPolicy)
            .AddEndpointFilter(TellUnavailableAsync);
        group.MapGet("/traces/{id}", GetTraceAsync);
        if (app.ServiceProvider.GetService<BrowserEndpoint>() is not null)
            app.MapPost("/otlp/v1/traces", (HttpContext context, BrowserEndpoint browser) => browser.TakeAsync(context));

        return app;
    }

    private static TelemetryState GetState(IServiceProvider services)
    {
        var store = services.GetService<ITelemetryStore>();
        var isOn = services.GetRequiredService<TelemetrySettings>().IsOn;
        return new(
            isOn, isOn && store?.HasTraces == true, isOn && store?.HasLogs == true, services.GetService<BrowserEndpoint>() is not null,
            isOn ? store?.Kind : null);
    }

    private static async Task<IResult> GetTraceAsync(
        string id, HttpContext context, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (OtlpJson.Id(id, OtlpJson.TraceIdBytes) is not { } traceId || id.Length != traceId.Length)
            return Problems.Invalid("id", "has to be a trace id: 32 hex digits, not all 0.");

        if (!GetState(services).Traces)
            return Missing(MissingTrace.Off);

        var reader = services.GetRequiredService<TraceReader>();
        var (answer, missing) = await reader.ReadAsync(traceId, context.Request, cancellationToken);
        return answer is null ? Missing(missing) : TypedResults.Ok(answer);
    }

    private static ProblemHttpResult Missing(MissingTrace missing)
    {
        var (reason, detail) = missing switch
        {
            MissingTrace.SampledOut => ("sampledOut", "This trace was not kept: of many requests only some are."),
            MissingTrace.TooOld => ("tooOld", "This trace was kept, but newer ones have taken its place."),
            MissingTrace.Off => ("off", "Telemetry is off, or sent to where it cannot be read back from here."),
            _ => ("unknown", "There is no such trace among those of your own requests."),
        };
        return Problem(StatusCodes.Status404NotFound, detail, reason);
    }

    private static async ValueTask<object?> TellUnavailableAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (TelemetryUnavailableException exception)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, exception.Message, "unavailable");
        }
    }

    private static ProblemHttpResult Problem(int status, string detail, string reason) => TypedResults.Problem(
        detail, statusCode: status, extensions: new Dictionary<string, object?> { ["reason"] = reason });

    /// <summary>What of telemetry there is.</summary>
    /// <param name="On">Whether spans are exported.</param>
    /// <param name="Traces">Whether they can be read back here.</param>
    /// <param name="Logs">Whether logs can.</param>
    /// <param name="Browser">Whether <c>/otlp/v1/traces</c> takes spans.</param>
    /// <param name="Store">Where they are read from, <c>aspire</c> or <c>grafana</c>.</param>
    internal sealed record TelemetryState(bool On, bool Traces, bool Logs, bool Browser, string? Store);
}
