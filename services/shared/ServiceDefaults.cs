using MessageBoard.Shared.Http;
using MessageBoard.Shared.Logging;
using MessageBoard.Shared.Telemetry;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MessageBoard.Shared;

/// <summary>What every process of MessageBoard has: its identity, JSON logs, telemetry, problem details and health.</summary>
public static class ServiceDefaults
{
    // The longest message is 4,000 characters, and JSON can write each as \uXXXX twice.
    private const long MaxRequestBodyBytes = 64 * 1024;

    // How long it takes until every node and every Envoy has heard that a pod's endpoint is withdrawn.
    private static readonly TimeSpan EndpointWithdrawal = TimeSpan.FromSeconds(5);

    /// <summary>Registers the defaults.</summary>
    /// <param name="builder">The process's builder.</param>
    /// <param name="name">The service's name.</param>
    /// <param name="makesServerSpans">Whether the process makes the spans of its requests itself, not by ASP.NET Core.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string name, bool makesServerSpans = false)
    {
        var identity = ServiceIdentity.Read(name, builder.Configuration);
        builder.Services.AddSingleton(identity);
        builder.Services.AddSingleton(identity.ToProxy());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<OutgoingCalls>();
        builder.Services.AddSingleton<Withdrawal>();
        builder.Logging.AddJsonLogs();
        if (TelemetryExport.IsOn(builder.Configuration))
            builder.AddTelemetry(identity, makesServerSpans);

        if (MetricsExport.IsOn(builder.Configuration))
            builder.AddMetrics(identity);

        builder.Services.AddHostedService<TelemetryNotice>();
        if (GivenBackMemory.IsOn(builder.Configuration))
            builder.Services.AddHostedService<GivenBackMemory>();

        builder.Services.AddProblems();
        builder.Services.AddSingleton<MatcherPolicy, ExactPaths>();
        builder.Services.AddHealthChecks();
        // Probes come every few seconds. What is not healthy has told so itself, once.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.RequestHeaderEncodingSelector = HeaderEncoding.OfRequest;
            kestrel.ResponseHeaderEncodingSelector = HeaderEncoding.OfResponse;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder;
    }

    /// <summary>Ends connections with their next answer once the pod is withdrawn. Goes before all that answers.</summary>
    public static WebApplication UseWithdrawal(this WebApplication app)
    {
        var withdrawal = app.Services.GetRequiredService<Withdrawal>();
        app.Use((context, next) =>
        {
            if (withdrawal.HasBegun)
                context.Response.Headers.Connection = "close";

            return next(context);
        });
        return app;
    }

    /// <summary>Turns exceptions and bare error statuses into problem details. Goes first in the pipeline.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseUtf8Bodies();
        return app;
    }

    /// <summary>
    /// Maps <c>/healthz/live</c> (the process answers), <c>/healthz/ready</c> (all it needs was there) and <c>/healthz/prestop</c>, which
    /// answers after 5 s: a pod's preStop hook, without which SIGTERM would come while requests are still sent to the pod
    /// (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination).
    /// </summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapHealthChecks("/healthz/live", new() { Predicate = _ => false, ResponseWriter = HealthReportWriter.WriteAsync })
            .DisableHttpMetrics();
        app.MapHealthChecks("/healthz/ready", new() { ResponseWriter = HealthReportWriter.WriteAsync }).DisableHttpMetrics();
        app.MapGet("/healthz/prestop", (TimeProvider clock, Withdrawal withdrawal, CancellationToken gone) =>
        {
            withdrawal.Begin();
            return Task.Delay(EndpointWithdrawal, clock, gone);
        }).ExcludeFromDescription().DisableHttpMetrics();
        return app;
    }
}
