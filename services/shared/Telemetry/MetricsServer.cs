using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Serves <c>GET /metrics</c> in Prometheus' text format, and nothing else, at <c>OTEL_EXPORTER_PROMETHEUS_PORT</c> of
/// <c>OTEL_EXPORTER_PROMETHEUS_HOST</c> (localhost)
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#prometheus-exporter). It is a Kestrel apart from the
/// program's own: no middleware, route, mesh policy or limit of one holds for the other, and a scrape is neither a span nor a metric.
/// </summary>
internal sealed partial class MetricsServer(
    IConfiguration configuration, IServiceProvider services, MeterProvider meters, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private const string Port = "OTEL_EXPORTER_PROMETHEUS_PORT", Host = "OTEL_EXPORTER_PROMETHEUS_HOST", Path = "/metrics";
    private const int MaxConnections = 32;

    private readonly ILogger _logger = loggers.CreateLogger<MetricsServer>();
    private KestrelServer? _server;

    /// <summary>Whether Prometheus may ask.</summary>
    public static bool IsOn(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[Port]);

    /// <summary>Listens; a port that cannot be had is no reason not to start.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var address = $"http://{(configuration[Host] is { Length: > 0 } host ? host : "localhost")}:{configuration[Port]}";
        _server = new(
            Options.Create(new KestrelServerOptions { AddServerHeader = false, Limits = { MaxConcurrentConnections = MaxConnections } }),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Add(address);
        try
        {
            if (!ushort.TryParse(configuration[Port], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw new FormatException($"{Port} is no port");

            await _server.StartAsync(new Scrape(Answers()), cancellationToken);
            LogOn(_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First(), Path);
        }
        catch (Exception exception) when (exception is IOException or FormatException or InvalidOperationException)
        {
            LogOff(address, exception.Message);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    private RequestDelegate Answers()
    {
        var app = new ApplicationBuilder(services);
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            meters, context => HttpMethods.IsGet(context.Request.Method) && context.Request.Path.Value == Path, null, null, null);
        return app.Build(); // 404 for all else
    }

    [LoggerMessage(LogLevel.Information, "Metrics are served at {Address}{Path}")]
    private partial void LogOn(string address, string path);

    [LoggerMessage(LogLevel.Warning, "Metrics are not served at {Address}: {Reason}")]
    private partial void LogOff(string address, string reason);

    // ASP.NET Core's own would make a span of each request, and a metric.
    private sealed class Scrape(RequestDelegate answer) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => answer(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
