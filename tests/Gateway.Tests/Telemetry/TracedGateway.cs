using MessageBoard.Shared.Stores;
using MessageBoard.Tests.Otlp;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>The gateway with a dashboard of its own, which it sends its telemetry to and reads it from.</summary>
public sealed class TracedGateway : MeshedGateway, IAsyncLifetime
{
    public AspireDashboard Dashboard { get; private set; } = null!;

    public Redis Redis => Services.GetRequiredService<Redis>();

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Dashboard.OtlpAddress.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={Dashboard.OtlpKey}",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["Telemetry:Aspire:Url"] = Dashboard.Address.ToString(),
        ["Telemetry:Aspire:ApiKey"] = Dashboard.ApiKey,
        ["Telemetry:Aspire:BrowserToken"] = Dashboard.BrowserToken,
    };

    public override async ValueTask InitializeAsync()
    {
        Dashboard = await AspireDashboard.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Dashboard.Dispose();
    }

    /// <summary>Sends a request as a session, and gives its trace's id.</summary>
    public async Task<string> TraceAsync(string path, string? cookie = null, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        if (traceParent is not null)
            request.Headers.Add("traceparent", traceParent);

        using var response = await Client.SendAsync(request);
        return response.Headers.GetValues("X-Trace-Id").Single();
    }

    /// <summary>Has the dashboard keep a span of a service, as OTLP's JSON says it beyond its trace, its id and its times.</summary>
    public Task KeepSpanAsync(
        string service, string traceId, string spanId, DateTimeOffset start, TimeSpan duration, string more = "\"name\":\"GET\"") =>
        Dashboard.SendAsync("traces", $$$$"""
            {"resourceSpans":[{"resource":{"attributes":[{{{{Resource(service)}}}}]},"scopeSpans":[{"scope":{"name":"test"},"spans":[{
              "traceId":"{{{{traceId}}}}","spanId":"{{{{spanId}}}}",{{{{more}}}},
              "startTimeUnixNano":"{{{{Nanoseconds(start)}}}}","endTimeUnixNano":"{{{{Nanoseconds(start + duration)}}}}"}]}]}]}
            """);

    /// <summary>Has the dashboard keep a line of a service's log, as OTLP's JSON says it beyond its time.</summary>
    public Task KeepLineAsync(string service, DateTimeOffset time, string more) => Dashboard.SendAsync("logs", $$$$"""
        {"resourceLogs":[{"resource":{"attributes":[{{{{Resource(service)}}}}]},"scopeLogs":[{"scope":{"name":"Some.Class"},"logRecords":[
          {"timeUnixNano":"{{{{Nanoseconds(time)}}}}",{{{{more}}}}}]}]}]}
        """);

    private static string Resource(string service) => $$$$"""
        {"key":"service.name","value":{"stringValue":"{{{{service}}}}"}},
        {"key":"service.instance.id","value":{"stringValue":"{{{{service}}}}-ctx2-a"}},
        {"key":"k8s.pod.name","value":{"stringValue":"{{{{service}}}}-ctx2-a"}},
        {"key":"k8s.cluster.name","value":{"stringValue":"ctx2"}}
        """;

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Reads a path of the gateway's telemetry API.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> ReadAsync(string path, string? cookie)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/api/telemetry{path}", cookie: cookie);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>A trace as soon as there is what is wanted of it, or any span.</summary>
    public async Task<JsonElement> ReadTraceAsync(string traceId, string cookie, Func<JsonElement, bool>? isWanted = null)
    {
        JsonElement trace = default;
        await Eventually.IsTrueAsync(
            async () => await ReadAsync($"/traces/{traceId}", cookie) is (HttpStatusCode.OK, var body)
                && (isWanted ?? (found => found.GetProperty("spans").GetArrayLength() > 0))(trace = body),
            $"trace {traceId} is there");
        return trace;
    }
}
