using MessageBoard.Tests.Otlp;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>What the gateway's spans say of the mesh's decisions.</summary>
public sealed class SpansTests(CollectedGateway gateway) : IClassFixture<CollectedGateway>
{
    [Fact]
    public async Task A_try_tells_what_the_mesh_decided()
    {
        var (id, cluster) = await AskAsync("/api/users/ping");

        var server = await ReceivedAsync(id, "server");
        var client = await ReceivedAsync(id, "client");

        Assert.Equal(
            ("GET /api/users/ping", "/api/users/ping", "200"), (server.Name, server["http.route"], server["http.response.status_code"]));
        Assert.Equal((server.SpanId, false), (client.ParentId, client.IsError));
        Holds(client, new()
        {
            ["mesh.virtual_service"] = "messageboard/user-service",
            ["mesh.route"] = "default",
            ["mesh.subset"] = cluster,
            ["mesh.cluster"] = cluster,
            ["mesh.pod"] = $"user-service-{cluster}",
            ["mesh.attempt"] = "1",
            ["mesh.response_flags"] = null,
            ["http.response.status_code"] = "200",
            ["server.address"] = "127.0.0.1",
        });
        Assert.Equal($"http://127.0.0.1:{client["server.port"]}/api/users/ping", client["url.full"]);
    }

    [Fact]
    public async Task A_fault_says_that_the_mesh_made_it()
    {
        await gateway.ApplyExampleAsync("fault-injection");

        var (id, _) = await AskAsync("/api/messages/ping", "trainee");

        var server = await ReceivedAsync(id, "server");
        Assert.True(server.IsError);
        Holds(server, new()
        {
            ["http.response.status_code"] = "500",
            ["error.type"] = "500",
            ["mesh.virtual_service"] = "messageboard/message-service",
            ["mesh.route"] = "broken",
            ["mesh.response_flags"] = "FI",
            ["mesh.attempt"] = null,
        });
        Assert.DoesNotContain(gateway.Receiver.Trace(id), span => span.Scope == "MessageBoard.Mesh"); // nobody was called

        (id, _) = await AskAsync("/api/users/ping", "trainee");

        var late = await ReceivedAsync(id, "server");
        var client = await ReceivedAsync(id, "client");
        Assert.Equal(("DI", "DI"), (late["mesh.response_flags"], client["mesh.response_flags"]));
        Assert.True(client.Start - late.Start > 1_900_000_000, "the try comes after the delay");
    }

    [Fact]
    public async Task A_services_error_is_one_of_both_sides_and_the_callers_fault_of_the_client_alone()
    {
        var (broken, _) = await AskAsync("/api/logs/ping?status=500");
        var (unknown, _) = await AskAsync("/api/logs/ping?status=404");

        Assert.Equal((true, true), ((await ReceivedAsync(broken, "server")).IsError, (await ReceivedAsync(broken, "client")).IsError));
        Assert.Equal((false, true), ((await ReceivedAsync(unknown, "server")).IsError, (await ReceivedAsync(unknown, "client")).IsError));
        Assert.Equal("404", (await ReceivedAsync(unknown, "client"))["error.type"]);
    }

    [Fact]
    public async Task A_method_that_nobody_knows_has_one_name_for_all()
    {
        using var request = new HttpRequestMessage(new("BREW"), "/api/users/ping");
        using var response = await gateway.Client.SendAsync(request);

        var server = await ReceivedAsync(response.Headers.GetValues("X-Trace-Id").Single(), "server");

        Assert.Equal(("_OTHER", "HTTP /api/users/ping"), (server["http.request.method"], server.Name));
    }

    [Fact]
    public async Task The_gateways_own_answer_has_a_span_too_and_its_problem_the_traces_id()
    {
        using var response = await gateway.Client.GetAsync("/api/traffic/requests?limit=secret-word");

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        var server = await ReceivedAsync(problem.GetProperty("traceId").GetString()!, "server");
        Assert.Equal(
            ("GET /api/traffic/requests", "401", false), (server.Name, server["http.response.status_code"], server.IsError));
        Assert.Null(server["url.query"]);
        Assert.DoesNotContain(server.Attributes.Values, value => value.Contains("secret-word"));
    }

    [Fact]
    public async Task A_callers_trace_goes_on()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319d", parent = "b7ad6b7169203331";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping");
        request.Headers.Add("traceparent", $"00-{trace}-{parent}-01");
        using var response = await gateway.Client.SendAsync(request);

        var server = await ReceivedAsync(trace, "server");
        var client = await ReceivedAsync(trace, "client");
        Assert.Equal(parent, server.ParentId);
        Assert.Equal($"00-{trace}-{client.SpanId}-01", response.Headers.GetValues("X-Seen-traceparent").Single());
    }

    private async Task<(string TraceId, string? Cluster)> AskAsync(string path, string? user = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (user is not null)
            request.Headers.Add("end-user", user);

        using var response = await gateway.Client.SendAsync(request);
        var cluster = response.Headers.TryGetValues("X-Service-Cluster", out var values) ? values.Single() : null;
        return (response.Headers.GetValues("X-Trace-Id").Single(), cluster);
    }

    private Task<ReceivedSpan> ReceivedAsync(string trace, string kind) =>
        gateway.Receiver.SpanAsync(span => span.TraceId == trace && span.Kind == kind, $"the {kind} span of {trace}");

    private static void Holds(ReceivedSpan span, Dictionary<string, string?> attributes) =>
        Assert.All(attributes, attribute => Assert.Equal(attribute.Value, span[attribute.Key]));
}
