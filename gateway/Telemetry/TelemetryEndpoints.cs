using System.Globalization;
using System.Text.RegularExpressions;
using MessageBoard.Gateway.Telemetry.Browser;
using MessageBoard.Gateway.Telemetry.Otlp;
using MessageBoard.Gateway.Telemetry.Stores;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>Traces and logs, read back from where they were sent to.</summary>
public static partial class TelemetryEndpoints
{
    private const int MaxDurationMs = 3_600_000;

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,63}\z")]
    private static partial Regex Name { get; }

    /// <summary>Registers the store that <c>Telemetry:*</c> names.</summary>
    /// <exception cref="InvalidOperationException">A setting is none.</exception>
    public static IServiceCollection AddTelemetryApi(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = new TelemetrySettings(configuration);
        services.AddSingleton(settings);
        if (settings.Aspire is not null)
            services.AddSingleton<ITelemetryStore, AspireStore>();
        else if ((settings.Tempo ?? settings.Loki) is not null)
            services.AddSingleton<ITelemetryStore, GrafanaStore>();

        if ((settings.Aspire ?? settings.Tempo ?? settings.Loki) is not null)
            services.AddSingleton<OwnRequests>().AddSingleton<TraceReader>();

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
        group.MapGet("/traces", SearchAsync).Produces<ItemList<TraceSummary>>();
        group.MapGet("/traces/{id}", GetTraceAsync).Produces<TraceAnswer>();
        group.MapGet("/logs", GetLogsAsync).Produces<ItemList<LogLine>>();
        if (app.ServiceProvider.GetService<BrowserEndpoint>() is not null)
            app.MapPost("/otlp/v1/traces", (HttpContext context, BrowserEndpoint browser) => browser.TakeAsync(context))
                .ExcludeFromDescription();

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
        if (OtlpJson.HexId(id, OtlpJson.TraceIdBytes) is not { } traceId)
            return Problems.Invalid("id", GatewayProblems.TraceId);

        if (!GetState(services).Traces)
            return Missing(MissingTrace.Off);

        var reader = services.GetRequiredService<TraceReader>();
        var (answer, missing) = await reader.ReadAsync(traceId, context.Request, cancellationToken);
        return answer is null ? Missing(missing) : TypedResults.Ok(answer);
    }

    private static async Task<IResult> SearchAsync(
        HttpContext context, IServiceProvider services, CancellationToken cancellationToken,
        string? service = null, string? minDuration = null, string? error = null, string? limit = null)
    {
        var minMs = 0L;
        if (!IsName(service))
            return Problems.Invalid("service", GatewayProblems.TelemetryName);

        if (minDuration is not null && !(long.TryParse(minDuration, NumberStyles.None, CultureInfo.InvariantCulture, out minMs)
            && minMs <= MaxDurationMs))
            return Problems.Invalid("minDuration", GatewayProblems.Duration.With(MaxDurationMs));

        if (error is not (null or "true" or "false"))
            return Problems.Invalid("error", ProblemTexts.TrueOrFalse);

        if (!Paging.TryRead(null, limit, out var paging, out var problem))
            return problem;

        if (!GetState(services).Traces)
            return Missing(MissingTrace.Off);

        var query = new TraceQuery(service, minMs, error is null ? null : error == "true", paging.Limit);
        var reader = services.GetRequiredService<TraceReader>();
        return TypedResults.Ok(new ItemList<TraceSummary>(await reader.SearchAsync(query, context.Request, cancellationToken)));
    }

    private static async Task<IResult> GetLogsAsync(
        HttpContext context, IServiceProvider services, CancellationToken cancellationToken,
        string? traceId = null, string? service = null, string? cluster = null, string? level = null, string? limit = null)
    {
        var id = OtlpJson.HexId(traceId, OtlpJson.TraceIdBytes);
        if (traceId is not null && id is null)
            return Problems.Invalid("traceId", GatewayProblems.TraceId);

        if (id is null && !context.User.Session().IsAdmin)
            return Problems.Invalid("traceId", GatewayProblems.OwnTrace);

        if (!IsName(service))
            return Problems.Invalid("service", GatewayProblems.TelemetryName);

        if (!IsName(cluster))
            return Problems.Invalid("cluster", GatewayProblems.TelemetryName);

        if (level is not null && LogLevels.IndexOf(level) < 0)
            return Problems.Invalid("level", ProblemTexts.OneOf.With(string.Join(", ", LogLevels.Names)));

        if (!Paging.TryRead(null, limit, out var paging, out var problem))
            return problem;

        if (!GetState(services).Logs)
            return Missing(MissingTrace.Off);

        var query = new LogQuery(id, service, cluster, level, paging.Limit);
        var lines = await services.GetRequiredService<TraceReader>().ReadLogsAsync(query, context.Request, cancellationToken);
        return lines is null ? Missing(MissingTrace.Unknown) : TypedResults.Ok(new ItemList<LogLine>(lines));
    }

    // They go into queries of other languages.
    private static bool IsName(string? name) => name is null || Name.IsMatch(name);

    private static ProblemHttpResult Missing(MissingTrace missing) => Problem(StatusCodes.Status404NotFound, missing switch
    {
        MissingTrace.SampledOut => GatewayProblems.SampledOut,
        MissingTrace.TooOld => GatewayProblems.TooOld,
        MissingTrace.Off => GatewayProblems.TelemetryOff,
        _ => GatewayProblems.UnknownTrace,
    });

    private static async ValueTask<object?> TellUnavailableAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (TelemetryUnavailableException)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, GatewayProblems.TelemetryUnavailable);
        }
    }

    private static ProblemHttpResult Problem(int status, ProblemText reason) =>
        Problems.Of(status, reason, [KeyValuePair.Create("reason", (object?)reason.Code)]);

    internal sealed record ItemList<T>(IReadOnlyList<T> Items);

    /// <summary>What of telemetry there is.</summary>
    /// <param name="On">Whether spans are exported.</param>
    /// <param name="Traces">Whether they can be read back here.</param>
    /// <param name="Logs">Whether logs can.</param>
    /// <param name="Browser">Whether <c>/otlp/v1/traces</c> takes spans.</param>
    /// <param name="Store">Where they are read from, <c>aspire</c> or <c>grafana</c>.</param>
    internal sealed record TelemetryState(bool On, bool Traces, bool Logs, bool Browser, string? Store);
}
