using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// What the exporters are told. All <c>OTEL_EXPORTER_OTLP_*</c> work, also those of one signal
/// (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options).
/// </summary>
internal static class OtlpOptions
{
    /// <summary>The names of the options, as the settings of one signal have them.</summary>
    public const string Traces = "TRACES", Metrics = "METRICS", Logs = "LOGS";

    /// <summary>Adds what is said of one signal to what is said of all, which the options read themselves.</summary>
    public static IServiceCollection AddOtlpOptions(this IServiceCollection services)
    {
        foreach (var signal in (ReadOnlySpan<string>)[Traces, Metrics, Logs])
        {
            services.AddOptions<OtlpExporterOptions>(signal)
                .Configure<IConfiguration>((options, configuration) => Apply(options, configuration, signal));
        }

        return services;
    }

    /// <summary>Makes the exporter of spans with its queue; <c>OTEL_BSP_*</c> say how long that is.</summary>
    public static BatchActivityExportProcessor CreateSpanProcessor(IServiceProvider services)
    {
        var batch = services.GetRequiredService<IOptionsMonitor<BatchExportActivityProcessorOptions>>().CurrentValue;
        var options = services.GetRequiredService<IOptionsMonitor<OtlpExporterOptions>>().Get(Traces);
        return new(
            new WatchedTraceExporter(options, services.GetRequiredService<ILogger<WatchedTraceExporter>>()),
            batch.MaxQueueSize, batch.ScheduledDelayMilliseconds, batch.ExporterTimeoutMilliseconds, batch.MaxExportBatchSize);
    }

    private static void Apply(OtlpExporterOptions options, IConfiguration configuration, string signal)
    {
        if (Value("PROTOCOL") is { } protocol)
            options.Protocol = protocol == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;

        if (Value("ENDPOINT") is { } endpoint)
            options.Endpoint = new(endpoint);

        options.Headers = Value("HEADERS") ?? options.Headers;

        string? Value(string name) => configuration[$"OTEL_EXPORTER_OTLP_{signal}_{name}"] is { Length: > 0 } value ? value : null;
    }
}
