using MessageBoard.Tests.Otlp;

namespace MessageBoard.Services.Tests.Telemetry;

/// <summary>A receiver that is not there, or takes nothing, or does not answer.</summary>
[Collection(Boards.Embedded)]
public sealed class ReceiverTests(EmbeddedBoard board) : BoardTests(board)
{
    [Fact]
    public async Task A_dead_receiver_fails_no_request_and_is_said_once_and_so_is_its_return()
    {
        var port = Repository.FreePort();
        using var service = Start($"http://127.0.0.1:{port}", out var client);
        await ReadyAsync(client);
        for (var i = 0; i < 20; i++)
        {
            await PingAsync(client);
            await Task.Delay(50); // several batches
        }

        await Eventually.IsTrueAsync(() => Lines(service, "does not take it") == 1, "the receiver's absence is in the log");
        await using var receiver = await OtlpReceiver.StartAsync(port);
        await Eventually.IsTrueAsync(
            async () =>
            {
                await PingAsync(client);
                return receiver.Spans.Any(span => span.Name == "GET /api/users/ping");
            },
            "spans come again");
        await Eventually.IsTrueAsync(() => Lines(service, "takes it again") == 1, "its return is in the log");
        Assert.Equal(1, Lines(service, "does not take it"));
    }

    [Fact]
    public async Task A_receiver_that_never_answers_holds_no_request_up()
    {
        using var frozen = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0); // connections are made, and nobody reads
        frozen.Start();
        using var service = Start($"http://127.0.0.1:{((IPEndPoint)frozen.LocalEndpoint).Port}", out var client);
        await ReadyAsync(client);

        for (var i = 0; i < 3_000; i++) // more than the queue of 2,048 holds
            await PingAsync(client);

        Assert.False(service.HasExited);
    }

    [Fact]
    public void Who_sends_nothing_says_so()
    {
        Assert.Equal(1, Lines(Board.Process("user-service"), "Telemetry is off"));
    }

    private TestProcess Start(string endpoint, out HttpClient client)
    {
        var port = Repository.FreePort();
        client = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
        return Board.Launch("user-service", port, new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        });
    }

    private static Task<TimeSpan> ReadyAsync(HttpClient client) => Eventually.IsTrueAsync(
        async () =>
        {
            try
            {
                return (await client.GetAsync("/healthz/ready")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        "the service is ready");

    private static async Task PingAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/api/users/ping");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static int Lines(TestProcess process, string text) => process.Output.Count(line => line.Contains(text));
}
