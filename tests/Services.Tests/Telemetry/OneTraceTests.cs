using MessageBoard.Tests.Otlp;

namespace MessageBoard.Services.Tests.Telemetry;

/// <summary>What a real receiver gets of a request's way through gateway, services and stores.</summary>
public sealed class OneTraceTests(TracedBoard board) : IClassFixture<TracedBoard>
{
    private const string Canary = "canary7f3a";

    [Fact]
    public async Task One_request_is_one_trace_from_the_gateway_to_the_row_in_kafka_logs()
    {
        var (_, cookie) = await board.NewUserAsync();
        var id = await PostAsync(cookie);
        await ReceivedAsync(id, "gateway", "POST /api/messages", "server");
        await ReceivedAsync(id, "gateway", "POST", "client");
        await ReceivedAsync(id, "message-service", "POST /api/messages", "server");
        await ReceivedAsync(id, "message-service", "INSERT messages", "client");
        await ReceivedAsync(id, "message-service", "send api-stats", "producer");
        await ReceivedAsync(id, "log-service", "process api-stats", "consumer");
        await ReceivedAsync(id, "message-service", "keep api_logs", "internal");
        await Eventually.IsTrueAsync(() => WithLinks(id).Any(span => span.Name == "INSERT kafka_logs"), "the row's INSERT");
        await Eventually.IsTrueAsync(() => WithLinks(id).Any(span => span.Name == "MULTI LPUSH"), "the list's LPUSH");
    }

    private async Task<string> PostAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/messages?q={Canary}query")
        {
            Content = JsonContent.Create(new { message = $"{Canary}text" }),
        };
        request.Headers.Add("Cookie", cookie);
        using var response = await board.Gateway.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return response.Headers.GetValues("X-Trace-Id").Single();
    }

    private Task<ReceivedSpan> ReceivedAsync(string trace, string service, string name, string kind) => board.Receiver.SpanAsync(
        span => span.TraceId == trace && span.Service == service && span.Name == name && span.Kind == kind, $"{kind} span {name} of {service}");

    // The spans of a trace and of those that it links to.
    private IReadOnlyList<ReceivedSpan> WithLinks(string trace)
    {
        var own = board.Receiver.Trace(trace);
        return [.. own, .. own.SelectMany(span => span.Links).Select(link => link.TraceId).Distinct().SelectMany(board.Receiver.Trace)];
    }
}
