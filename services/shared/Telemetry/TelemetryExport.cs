using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Sends traces, metrics and logs by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the exporter reads the other
/// <c>OTEL_*</c> variables itself (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
/// </summary>
public static class TelemetryExport
{
    internal static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        if (!IsOn(builder.Configuration))
            return;

        var resource = ResourceBuilder.CreateDefault()
            .AddService(identity.Name, serviceInstanceId: identity.Pod)
            .AddAttributes([new("k8s.cluster.name", identity.Cluster), new("k8s.pod.name", identity.Pod)])
            .AddEnvironmentVariableDetector();

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.SetResourceBuilder(resource).AddOtlpExporter();
        });
        builder.Services.AddHostedService(_ => new Providers(
            Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource("Microsoft.AspNetCore", "System.Net.Http", Tracing.Name)
                .AddOtlpExporter()
                .Build(),
            Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", Tracing.Name)
                .AddOtlpExporter()
                .Build()));
    }

    /// <summary>Whether anybody collects spans.</summary>
    public static bool IsOn(IConfiguration configuration) => !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    private sealed class Providers(TracerProvider traces, MeterProvider metrics) : IHostedService
    {
        private const int FlushMs = 2_000;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.Run(() =>
        {
            traces.Shutdown(FlushMs);
            metrics.Shutdown(FlushMs);
        }, cancellationToken);
    }
}
