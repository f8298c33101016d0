using System.Reflection;
using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Telemetry;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MessageBoard.Shared;

/// <summary>
/// Sends traces, metrics and logs by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the exporter reads the other
/// <c>OTEL_*</c> variables itself (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
/// </summary>
public static class TelemetryExport
{
    private const string Namespace = "messageboard";

    // Not inlined: the caller would load OpenTelemetry's libraries even when nobody collects.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity identity, bool makesServerSpans)
    {
        builder.Services.AddSingleton<TraceSampling>().AddOtlpOptions();
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Describe(identity))
            .WithLogging(
                logs => logs.AddOtlpExporter(OtlpOptions.Logs, configureExporter: null), logs => logs.IncludeFormattedMessage = true)
            .WithMetrics(metrics => metrics.AddOtlpExporter(OtlpOptions.Metrics, configure: null)) // of MetricsExport
            .WithTracing(traces => (makesServerSpans ? traces : traces.AddAspNetCoreInstrumentation(DescribeServers))
                .AddHttpClientInstrumentation(client => client.EnrichWithHttpRequestMessage = static (span, request) =>
                    span.SetTag("url.full", request.RequestUri?.GetLeftPart(UriPartial.Path)))
                .AddSource(Tracing.Name, TryTrace.SourceName)
                .ConfigureSampler((services, configured) =>
                    new TraceSampler(configured, services.GetRequiredService<TraceSampling>(), isAskedBefore: makesServerSpans))
                .AddProcessor(OtlpOptions.CreateSpanProcessor));
    }

    /// <summary>Who a process is, in the words of OpenTelemetry's conventions; the environment's win.</summary>
    internal static ResourceBuilder Describe(this ResourceBuilder resource, ServiceIdentity identity) => resource
        .AddService(identity.Name, serviceVersion: Version, serviceInstanceId: identity.Pod)
        .AddAttributes([
            new("k8s.cluster.name", identity.Cluster), new("k8s.namespace.name", Namespace), new("k8s.pod.name", identity.Pod),
        ])
        .AddEnvironmentVariableDetector();

    /// <summary>Whether anybody collects spans.</summary>
    public static bool IsOn(IConfiguration configuration) => !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    /// <summary>The program's version, the same in all its processes.</summary>
    public static string? Version =>
        typeof(TelemetryExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    private static void DescribeServers(AspNetCoreTraceInstrumentationOptions options)
    {
        options.Filter = static context => !Probes.IsProbe(context.Request.Path);
        options.EnrichWithHttpResponse = static (span, response) =>
        {
            span.SetTag("url.query", null);
            if (Spans.RouteOf(response.HttpContext) is { } route)
                span.NameServer(response.HttpContext.Request, route);
        };
    }
}
