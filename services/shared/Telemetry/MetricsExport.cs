using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Authorization;
using OpenTelemetry.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Collects metrics where somebody wants them: by OTLP (<see cref="TelemetryExport"/>), or for Prometheus at a port of their own
/// (<see cref="MetricsServer"/>). Both get the same instruments; docs/observability.md has them all.
/// </summary>
public static class MetricsExport
{
    // Those of .NET, by name: the instrumentation packages would add connections, name look-ups and Kestrel's queues, for each of which
    // there is no question that a dashboard or an alert asks.
    private static readonly string[] Meters =
    [
        Tracing.Name,
        AuthorizationMetrics.MeterName,
        "Microsoft.AspNetCore.Hosting", // http.server.request.duration
        "System.Net.Http", // http.client.request.duration
        "System.Runtime", // dotnet.*: memory, garbage collections, threads, processor time
        "otel.sdk.experimental", // what the SDK itself has passed on and dropped
    ];

    // OpenTelemetry makes room for all series of a metric at the start, for each way out. That of its limit, 2,000, is 40 KB that are used
    // and 140 that are not.
    private static readonly MetricStreamConfiguration Few = new() { CardinalityLimit = 100 };

    /// <summary>Whether anybody collects metrics.</summary>
    public static bool IsOn(IConfiguration configuration) =>
        TelemetryExport.IsOn(configuration) || MetricsServer.IsOn(configuration);

    // Not inlined: the caller would load OpenTelemetry's libraries even when nobody collects.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void AddMetrics(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        builder.Services.AddSingleton<ObservedMetrics, MeshMetrics>();
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Describe(identity))
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(Meters)
                    .SetExemplarFilter(ExemplarFilterType.TraceBased)
                    .AddInstrumentation(provider => ActivatorUtilities.CreateInstance<ExportFailures>(provider))
                    .AddInstrumentation(provider => provider.GetServices<ObservedMetrics>().ToArray());
                if (MetricsServer.IsOn(builder.Configuration))
                    metrics.AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
            });
        builder.Services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            var own = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => !IsKept(instrument, own) ? MetricStreamConfiguration.Drop
                : HasManySeries(instrument) ? null : Few);
        });
        if (MetricsServer.IsOn(builder.Configuration))
            builder.Services.AddHostedService<MetricsServer>();
    }

    // Durations are by pods, routes and statuses, decisions by policies. All others are by words that the program knows.
    private static bool HasManySeries(Instrument instrument) =>
        instrument is Histogram<double> || instrument.Meter.Name == AuthorizationMetrics.MeterName;

    // Of the meters of .NET more than durations would be a series a connection or a request under way. A meter's scope is the factory that
    // made it: what another host of the process observes, as tests have it, is not this one's.
    private static bool IsKept(Instrument instrument, IMeterFactory own) =>
        (instrument.Meter.Scope is null || instrument.Meter.Scope == own) && instrument.Meter.Name switch
        {
            "Microsoft.AspNetCore.Hosting" => instrument.Name == "http.server.request.duration",
            "System.Net.Http" => instrument.Name == "http.client.request.duration",
            _ => true,
        };
}
