using MessageBoard.Tests.Otlp;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>A gateway that may keep no trace of its own accord.</summary>
public sealed class SparingGateway : MeshedGateway, IAsyncLifetime
{
    public OtlpReceiver Receiver { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> Settings =>
        new Dictionary<string, string>(Receiver.Environment) { ["Telemetry:TracesPerSecond"] = "0" };

    public override async ValueTask InitializeAsync()
    {
        Receiver = await OtlpReceiver.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}

/// <summary>Which traces are kept where their number is limited.</summary>
public sealed class SamplingTests(SparingGateway gateway) : IClassFixture<SparingGateway>
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Theory]
    [InlineData(null)]
    [InlineData("01")]
    [InlineData("00")]
    public async Task Nobody_has_more_kept_than_there_is_room_for(string? flags)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping");
        if (flags is not null)
            request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-{flags}");

        using var response = await gateway.Client.SendAsync(request);

        // The service is told so, and the trace goes on.
        var id = response.Headers.GetValues("X-Trace-Id").Single();
        Assert.Matches($"^00-{id}-[0-9a-f]{{16}}-00$", response.Headers.GetValues("X-Seen-traceparent").Single());
        Assert.Equal(flags is not null, id == Trace);
        Assert.False(await IsTracedAsync(id));
    }

    [Fact]
    public async Task A_request_that_asks_for_an_explanation_is_kept()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping");
        request.Headers.Add("x-mesh-explain", "true");

        using var response = await gateway.Client.SendAsync(request);

        var id = response.Headers.GetValues("X-Trace-Id").Single();
        Assert.EndsWith("-01", response.Headers.GetValues("X-Seen-traceparent").Single());
        await gateway.Receiver.SpanAsync(span => span.TraceId == id && span.Kind == "client", "its client span");
        Assert.True(await IsTracedAsync(id));
    }

    [Fact]
    public async Task Of_an_error_the_own_span_is_kept_and_says_that_the_rest_is_not()
    {
        using var response = await gateway.Client.GetAsync("/api/users/ping?status=503&delay=50");

        var id = response.Headers.GetValues("X-Trace-Id").Single();
        var span = await gateway.Receiver.SpanAsync(span => span.TraceId == id, "its span");
        Assert.Equal(
            ("GET /api/users/ping", "server", "", "error", "503", true),
            (span.Name, span.Kind, span.ParentId, span["messageboard.kept"], span["http.response.status_code"], span.IsError));
        Assert.InRange(span.End - span.Start, 45_000_000u, 60_000_000_000u); // the delay's timer may run out a moment early
        Assert.True(await IsTracedAsync(id));
    }

    private async Task<bool> IsTracedAsync(string id)
    {
        using var response = await gateway.SendAsync(
            HttpMethod.Get, "/api/traffic/requests?limit=100", cookie: await gateway.LogInAsync(isAdmin: true));
        var items = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray();
        return items.First(item => item.GetProperty("traceId").GetString() == id).GetProperty("traced").GetBoolean();
    }
}
