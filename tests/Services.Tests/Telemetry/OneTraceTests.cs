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

        var id = await PostAsync(cookie, "hello");

        var gateway = await ReceivedAsync(id, "gateway", "POST /api/messages", "server");
        var client = await ReceivedAsync(id, "gateway", "POST", "client");
        var service = await ReceivedAsync(id, "message-service", "POST /api/messages", "server");
        var insert = await ReceivedAsync(id, "message-service", "INSERT messages", "client");
        var session = await ReceivedAsync(id, "message-service", "GETEX", "client");
        var send = await ReceivedAsync(id, "message-service", "send api-stats", "producer");
        var process = await ReceivedAsync(id, "log-service", "process api-stats", "consumer");
        var keep = await ReceivedAsync(id, "message-service", "keep api_logs", "internal");
        var row = await board.Receiver.SpanAsync(span => IsNear(id, span) && span.Name == "INSERT kafka_logs", "the row's INSERT");
        var push = await board.Receiver.SpanAsync(span => IsNear(id, span) && span.Name == "MULTI LPUSH", "the list's LPUSH");

        Assert.Equal("", gateway.ParentId);
        Assert.Equal(
            [gateway.SpanId, client.SpanId, service.SpanId, service.SpanId, service.SpanId, send.SpanId, service.SpanId],
            ((ReceivedSpan[])[client, service, insert, session, send, process, keep]).Select(span => span.ParentId));
        Assert.True(client.Start <= service.Start && client.End + 50_000_000 > service.End, "a try lasts until its answer has ended");
        Assert.True(process.Start <= row.Start && process.End >= row.End, "a record's span lasts until its row is kept");
        Assert.True(keep.Start <= push.Start && keep.End >= push.End, "a call's span lasts until Redis has it");
    }

    [Fact]
    public async Task Spans_have_the_names_and_attributes_of_the_conventions()
    {
        var (_, cookie) = await board.NewUserAsync();
        var id = await PostAsync(cookie, "hello");
        var get = await SendAsync(HttpMethod.Get, "/api/messages?limit=7", cookie);

        Holds(await ReceivedAsync(id, "gateway", "POST /api/messages", "server"), new()
        {
            ["http.request.method"] = "POST",
            ["http.route"] = "/api/messages",
            ["http.response.status_code"] = "201",
            ["url.path"] = "/api/messages",
            ["url.scheme"] = "http",
            ["server.address"] = "127.0.0.1",
            ["server.port"] = $"{board.Gateway.BaseAddress!.Port}",
            ["network.protocol.version"] = "1.1",
        });
        var authors = await board.Receiver.SpanAsync(
            span => span.TraceId == get && span is { Service: "message-service", Name: "GET", Kind: "client" }, "the call for names");
        Holds(authors, new()
        {
            ["http.request.method"] = "GET",
            ["server.address"] = "127.0.0.1",
            ["url.full"] = $"http://127.0.0.1:{authors["server.port"]}/internal/users",
            ["mesh.cluster"] = "ctx2",
            ["mesh.pod"] = "user-service-ctx2",
            ["mesh.attempt"] = "1",
        });
        await ReceivedAsync(get, "user-service", "GET /internal/users", "server");
        Holds(await ReceivedAsync(id, "message-service", "INSERT messages", "client"), new()
        {
            ["db.system.name"] = "sqlite",
            ["db.operation.name"] = "INSERT",
            ["db.collection.name"] = "messages",
            ["db.query.summary"] = "INSERT messages",
        });
        Holds(await ReceivedAsync(id, "message-service", "GETEX", "client"), new()
        {
            ["db.system.name"] = "redis",
            ["db.operation.name"] = "GETEX",
            ["server.address"] = "127.0.0.1",
        });
        var send = await ReceivedAsync(id, "message-service", "send api-stats", "producer");
        Holds(send, new()
        {
            ["messaging.system"] = "kafka",
            ["messaging.operation.name"] = "send",
            ["messaging.operation.type"] = "send",
            ["messaging.destination.name"] = "api-stats",
            ["messaging.client.id"] = "message-service-ctx2-754bc8dd6f-kghtc",
        });
        Holds(await ReceivedAsync(id, "log-service", "process api-stats", "consumer"), new()
        {
            ["messaging.operation.name"] = "process",
            ["messaging.operation.type"] = "process",
            ["messaging.consumer.group.name"] = "log-service",
            ["messaging.kafka.offset"] = send["messaging.kafka.offset"]!,
            ["messaging.destination.partition.id"] = send["messaging.destination.partition.id"]!,
        });
    }

    [Fact]
    public async Task An_id_is_no_part_of_a_spans_name_and_404_is_no_error_of_the_servers()
    {
        var (_, cookie) = await board.NewUserAsync();

        var id = await SendAsync(HttpMethod.Delete, "/api/messages/4711", cookie);

        foreach (var service in (string[])["gateway", "message-service"])
        {
            var span = await ReceivedAsync(id, service, "DELETE /api/messages/{id}", "server");
            Assert.Equal(("/api/messages/{id}", "404", false), (span["http.route"], span["http.response.status_code"], span.IsError));
        }
    }

    [Fact]
    public async Task Each_process_says_who_it_is()
    {
        var id = await SendAsync(HttpMethod.Get, "/api/messages/ping", null);

        var span = await ReceivedAsync(id, "message-service", "GET /api/messages/ping", "server");

        Assert.Equal(
            ("message-service-ctx2-754bc8dd6f-kghtc", "message-service-ctx2-754bc8dd6f-kghtc", "ctx2", "messageboard"),
            (span.Resource["service.instance.id"], span.Resource["k8s.pod.name"], span.Resource["k8s.cluster.name"],
                span.Resource["k8s.namespace.name"]));
        Assert.Matches(@"^\d+\.\d+\.\d+", span.Resource["service.version"]);
        Assert.Equal("a-key-of-the-test", board.Receiver.Headers["x-otlp-api-key"]);
        Assert.Contains(
            board.Process("message-service").Output,
            line => line.Contains($"Telemetry goes to {board.Receiver.Address}") && line.Contains("parentbased_always_on"));
    }

    [Fact]
    public async Task Nothing_private_is_in_anything_that_is_exported()
    {
        var (name, cookie) = await board.NewUserAsync();
        var id = await PostAsync(cookie, $"{Canary}text");
        await SendAsync(HttpMethod.Get, $"/api/messages/search?q={Canary}query", cookie);
        await SendAsync(HttpMethod.Get, $"/api/messages/4711?token={Canary}query", cookie);
        using var wrong = await board.Gateway.PostAsJsonAsync("/api/login", new { username = name, password = $"{Canary}password" });
        await ReceivedAsync(id, "log-service", "process api-stats", "consumer");
        await board.Receiver.SpanAsync(span => span.Name == "POST /api/login" && span.Service == "user-service", "the log-in");
        await Eventually.IsTrueAsync(() => board.Receiver.Logs.Any(log => log.Message.Contains("Wrong password")), "the line in the log");

        var words = (string[])[Canary, name, cookie["session=".Length..]];
        foreach (var body in board.Receiver.Bodies)
        {
            var text = System.Text.Encoding.Latin1.GetString(body);
            Assert.All(words, word => Assert.DoesNotContain(word, text));
        }
    }

    [Fact]
    public async Task A_line_of_the_log_has_its_trace_and_its_span()
    {
        var (_, cookie) = await board.NewUserAsync();

        var id = await PostAsync(cookie, "hello");

        var server = await ReceivedAsync(id, "message-service", "POST /api/messages", "server");
        await Eventually.IsTrueAsync(
            () => board.Receiver.Logs.Any(log =>
                (log.TraceId, log.SpanId) == (id, server.SpanId) && log.Message.StartsWith("POST ", StringComparison.Ordinal)),
            "the line about the call");
    }

    [Fact]
    public async Task What_belongs_to_nobodys_request_is_not_exported()
    {
        foreach (var service in (string[])["user-service", "message-service", "log-service"])
        {
            using var client = board.Client(service);
            using var ready = await client.GetAsync("/healthz/ready");
            Assert.True(ready.IsSuccessStatusCode);
        }

        using var gateway = await board.Gateway.GetAsync("/healthz/ready");
        await ReceivedAsync(await SendAsync(HttpMethod.Get, "/api/users/ping", null), "user-service", "GET /api/users/ping", "server");

        Assert.DoesNotContain(
            board.Receiver.Spans,
            span => span.Name is "PING" or "PRAGMA" || span.Name.StartsWith("CREATE", StringComparison.Ordinal));
        Assert.DoesNotContain(board.Receiver.Spans, span => span["url.path"]?.StartsWith("/healthz", StringComparison.Ordinal) == true);
        Assert.All(
            board.Receiver.Spans.Where(span => span.ParentId == "" && span.Kind != "server"),
            span => Assert.EndsWith("(batch)", span.Name));
    }

    [Fact]
    public async Task A_batch_for_many_is_a_trace_of_its_own_that_is_linked_both_ways()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => SendAsync(HttpMethod.Get, "/api/messages/ping", null)));

        foreach (var (batch, insert, each) in ((string, string, string)[])[
            ("keep kafka_logs (batch)", "INSERT kafka_logs", "process api-stats"),
            ("keep api_logs (batch)", "MULTI LPUSH", "keep api_logs")])
        {
            var root = await board.Receiver.SpanAsync(span => span.Name == batch, batch);
            var written = await board.Receiver.SpanAsync(span => span.TraceId == root.TraceId && span.Name == insert, insert);
            Assert.Equal((root.SpanId, true), (written.ParentId, root.Links.Count > 1));
            foreach (var (trace, id) in root.Links)
            {
                var own = await board.Receiver.SpanAsync(span => span.TraceId == trace && span.SpanId == id, each);
                Assert.Equal((each, (root.TraceId, root.SpanId)), (own.Name, Assert.Single(own.Links)));
            }
        }
    }

    private async Task<string> PostAsync(string cookie, string message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/messages?q={Canary}query")
        {
            Content = JsonContent.Create(new { message }),
        };
        request.Headers.Add("Cookie", cookie);
        using var response = await board.Gateway.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return response.Headers.GetValues("X-Trace-Id").Single();
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string? cookie)
    {
        using var request = new HttpRequestMessage(method, path);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        using var response = await board.Gateway.SendAsync(request);
        return response.Headers.GetValues("X-Trace-Id").Single();
    }

    private Task<ReceivedSpan> ReceivedAsync(string trace, string service, string name, string kind) => board.Receiver.SpanAsync(
        span => span.TraceId == trace && span.Service == service && span.Name == name && span.Kind == kind,
        $"{kind} span {name} of {service}");

    // In the trace itself, or in one that it links to.
    private bool IsNear(string trace, ReceivedSpan span) => span.TraceId == trace
        || board.Receiver.Trace(trace).SelectMany(own => own.Links).Any(link => link.TraceId == span.TraceId);

    private static void Holds(ReceivedSpan span, Dictionary<string, string> attributes) =>
        Assert.All(attributes, attribute => Assert.Equal(attribute.Value, span[attribute.Key]));
}
