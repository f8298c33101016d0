using System.Net.Http.Headers;
using MessageBoard.Tests.Otlp;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>The gateway with a plain receiver of OTLP, which wants a key, and nowhere to read anything back.</summary>
public sealed class CollectedGateway : MeshedGateway, IAsyncLifetime
{
    public OtlpReceiver Receiver { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(Receiver.Environment)
    {
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=a%20secret,x-other=1",
    };

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

    /// <summary>Sends what a browser sends as its spans.</summary>
    public async Task<HttpResponseMessage> PostSpansAsync(
        string body, string type = "application/json", string? origin = "same-origin")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/otlp/v1/traces")
        {
            Content = new StringContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
        };
        if (origin is not null)
            request.Headers.Add("Sec-Fetch-Site", origin);

        return await Client.SendAsync(request);
    }
}
