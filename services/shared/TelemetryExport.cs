using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MessageBoard.Shared;

/// <summary>
/// Sends traces, metrics and logs by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the exporter reads the other
/// <c>OTEL_*</c> variables itself (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
/// </summary>
public static class TelemetryExport
{
    // Not inlined: the caller would load OpenTelemetry's libraries even when nobody collects.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity identity) =>
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Describe(identity))
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRedisInstrumentation()
                .ConfigureRedisInstrumentation((services, instrumentation) =>
                    services.GetRequiredService<Redis>().Connected += connection => instrumentation.AddConnection(connection))
                .AddSource(Tracing.Name, TryTrace.SourceName))
            .UseOtlpExporter();

    /// <summary>Who a process is, in the words of OpenTelemetry's conventions; the environment's win.</summary>
    internal static ResourceBuilder Describe(this ResourceBuilder resource, ServiceIdentity identity) => resource
        .AddService(identity.Name, serviceInstanceId: identity.Pod)
        .AddAttributes([new("k8s.cluster.name", identity.Cluster), new("k8s.pod.name", identity.Pod)])
        .AddEnvironmentVariableDetector();

    /// <summary>Whether anybody collects spans.</summary>
    public static bool IsOn(IConfiguration configuration) => !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
}
