using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>
/// The gateway with Tempo and Loki, which are not there: what answers in their place says what a test has it say, and keeps what it was
/// asked. Neither can run here.
/// </summary>
public sealed class GrafanaGateway : MeshedGateway, IAsyncLifetime
{
    private WebApplication _stores = null!;

    /// <summary>Answers by the path that is asked for; all others are 404.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = [];

    /// <summary>The paths that were asked for, with the <c>q</c> or <c>query</c> of each.</summary>
    public ConcurrentQueue<(string Path, string? Query)> Asked { get; } = [];

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
        ["Telemetry:Tempo"] = $"{AddressOf(_stores.Services)}",
        ["Telemetry:Loki"] = $"{AddressOf(_stores.Services)}",
        ["Telemetry:Grafana"] = "https://grafana.example.com/sub",
    };

    public override async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _stores = builder.Build();
        _stores.Run(async context =>
        {
            var (path, query) = (context.Request.Path.Value!, context.Request.Query);
            Asked.Enqueue((path, query.TryGetValue("q", out var traceQl) ? traceQl : query["query"]));
            if (Answers.TryGetValue(path, out var answer))
                await context.Response.WriteAsync(answer);
            else
                context.Response.StatusCode = StatusCodes.Status404NotFound;
        });
        await _stores.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _stores.DisposeAsync();
    }

    /// <summary>Reads a path of the gateway's telemetry API as an admin.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> ReadAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/api/telemetry{path}", cookie: await LogInAsync(isAdmin: true));
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
