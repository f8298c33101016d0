namespace MessageBoard.Shared.Telemetry;

/// <summary>Says at the start, in one line, where telemetry goes.</summary>
internal sealed partial class TelemetryNotice(IConfiguration configuration, ILogger<TelemetryNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (TelemetryExport.IsOn(configuration))
            LogOn(Endpoint, configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc", Sampler);
        else
            LogOff();

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A password may stand before the host, a key in the query.
    private string Endpoint => Uri.TryCreate(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"], UriKind.Absolute, out var address)
        ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
        : "(no address)";

    private string Sampler => configuration["OTEL_TRACES_SAMPLER"] is { Length: > 0 } sampler ? sampler
        : configuration["Telemetry:TracesPerSecond"] is { Length: > 0 } rate ? $"at most {rate} traces a second"
        : "parentbased_always_on";

    [LoggerMessage(LogLevel.Information, "Telemetry goes to {Endpoint} ({Protocol}; sampler: {Sampler})")]
    private partial void LogOn(string endpoint, string protocol, string sampler);

    [LoggerMessage(LogLevel.Information, "Telemetry is off: OTEL_EXPORTER_OTLP_ENDPOINT is not set")]
    private partial void LogOff();
}
