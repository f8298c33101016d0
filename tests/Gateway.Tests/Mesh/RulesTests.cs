using System.Diagnostics;

namespace MessageBoard.Gateway.Tests.Mesh;

public sealed class RulesTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Theory]
    [InlineData("canary", """{"subset":"ctx2"}""")]
    [InlineData("fault", """{"delay":null,"abort":null}""")]
    [InlineData("resilience", """{"timeoutSeconds":1,"retries":null}""")]
    public async Task Only_an_admin_may_edit_and_only_what_is_there(string shortcut, string body)
    {
        using var nobody = await PutAsync(shortcut, "user-service", body);
        using var user = await PutAsync(shortcut, "user-service", body, await gateway.LogInAsync(isAdmin: false));
        using var unknown = await PutAsync(shortcut, "nobody", body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound),
            (nobody.StatusCode, user.StatusCode, unknown.StatusCode));
    }

    [Fact]
    public async Task The_canary_gets_who_asks_for_it_and_goes_without_a_trace()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var file = Path.Combine(gateway.Istio, "user-service.yaml");
        var before = await File.ReadAllTextAsync(file);

        var row = await OkAsync("canary", "user-service", """{"subset":"ctx2"}""", cookie);

        Assert.Equal("ctx2", row.GetProperty("rules").GetProperty("canarySubset").GetString());
        Assert.Equal(row.GetProperty("rules").GetRawText(), (await RowAsync("user-service")).GetProperty("rules").GetRawText());
        for (var i = 0; i < 40; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping") { Headers = { { "x-canary", "true" } } };
            using var response = await gateway.Client.SendAsync(request);
            Assert.Equal("ctx2", response.Headers.GetValues("X-Service-Cluster").Single());
        }

        await OkAsync("canary", "user-service", """{"subset":null}""", cookie);
        Assert.Equal(before, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Faults_are_injected_and_taken_away()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);

        var row = await OkAsync(
            "fault", "message-service", """{"delay":{"seconds":0.2,"percentage":100},"abort":{"status":418,"percentage":100}}""", cookie);

        Assert.Equal(
            """{"delay":{"seconds":0.2,"percentage":100},"abort":{"status":418,"percentage":100}}""",
            row.GetProperty("rules").GetProperty("fault").GetRawText());
        var started = Stopwatch.GetTimestamp();
        using var aborted = await gateway.Client.GetAsync("/api/messages/ping");
        Assert.Equal(418, (int)aborted.StatusCode);
        Assert.True(Stopwatch.GetElapsedTime(started).TotalMilliseconds >= 190);

        row = await OkAsync("fault", "message-service", """{"delay":null,"abort":null}""", cookie);
        Assert.Equal("""{"delay":null,"abort":null}""", row.GetProperty("rules").GetProperty("fault").GetRawText());
        using var healthy = await gateway.Client.GetAsync("/api/messages/ping");
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
    }

    [Fact]
    public async Task Timeout_and_retries_are_set_and_a_timeout_is_in_force()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);

        var row = await OkAsync(
            "resilience", "log-service",
            """{"timeoutSeconds":0.1,"retries":{"attempts":1,"perTryTimeoutSeconds":0.05,"retryOn":"5xx,connect-failure"}}""", cookie);

        Assert.Equal(0.1, row.GetProperty("rules").GetProperty("timeoutSeconds").GetDouble());
        Assert.Equal(
            """{"attempts":1,"perTryTimeoutSeconds":0.05,"retryOn":"5xx,connect-failure"}""",
            row.GetProperty("rules").GetProperty("retries").GetRawText());
        using var late = await gateway.Client.GetAsync("/api/logs/ping?delay=2000");
        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);

        row = await OkAsync("resilience", "log-service", """{"timeoutSeconds":null,"retries":null}""", cookie);
        Assert.Equal(
            (JsonValueKind.Null, JsonValueKind.Null),
            (row.GetProperty("rules").GetProperty("timeoutSeconds").ValueKind, row.GetProperty("rules").GetProperty("retries").ValueKind));
    }

    [Theory]
    [InlineData("canary", """{"subset":"ctx9"}""", "subset")]
    [InlineData("canary", """{"subset":""}""", "subset")]
    [InlineData("fault", """{"delay":{"seconds":0,"percentage":101},"abort":{"status":"""
        + """199,"percentage":-1}}""", "delay.seconds", "delay.percentage", "abort.status", "abort.percentage")]
    [InlineData("fault", """{"delay":{"seconds":60.1,"percentage":50},"abort":{}}""", "delay.seconds", "abort.status", "abort.percentage")]
    [InlineData("resilience", """{"timeoutSeconds":0,"retries":{"attempts":"""
        + """11,"perTryTimeoutSeconds":3601}}""", "timeoutSeconds", "retries.attempts", "retries.perTryTimeoutSeconds")]
    [InlineData("resilience", """{"timeoutSeconds":1e300,"retries":{"attempts":-1}}""", "timeoutSeconds", "retries.attempts")]
    [InlineData("resilience", """{"timeoutSeconds":null,"retries":{"attempts":2,"retryOn":"whenever, and: [ever]"}}""", "retries.retryOn")]
    public async Task What_is_not_allowed_is_refused_by_field_and_changes_nothing(string shortcut, string body, params string[] fields)
    {
        var file = Path.Combine(gateway.Istio, "user-service.yaml");
        var before = await File.ReadAllTextAsync(file);

        using var response = await PutAsync(shortcut, "user-service", body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(fields.Order(), (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")
            .EnumerateObject()
            .Select(error => error.Name)
            .Order());
        Assert.Equal(before, await File.ReadAllTextAsync(file));
    }

    [Theory]
    [InlineData("""{"delay":7}""")]
    [InlineData("""{"delay":{"seconds":"2","percentage":[]}}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_body_of_wrong_types_is_a_bad_request(string body)
    {
        using var response = await PutAsync("fault", "user-service", body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_body_that_is_deep_or_huge_is_refused()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        using var deep = await PutAsync(
            "fault", "user-service", $$"""{"delay":{{new string('[', 5000)}}{{new string(']', 5000)}}}""", cookie);
        using var huge = await PutAsync("canary", "user-service", $$"""{"subset":"{{new string('a', 100_000)}}"}""", cookie);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge), (deep.StatusCode, huge.StatusCode));
    }

    [Fact]
    public async Task A_stale_edit_is_a_conflict_that_shows_the_row()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var version = (await RowAsync("log-service")).GetProperty("resourceVersion").GetString();
        var body = $$"""{"subset":"ctx1","resourceVersion":"{{version}}"}""";
        await OkAsync("canary", "log-service", body, cookie);

        using var second = await PutAsync("canary", "log-service", body, cookie);

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        var current = (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("current");
        Assert.Equal("ctx1", current.GetProperty("rules").GetProperty("canarySubset").GetString());
        await OkAsync("canary", "log-service", """{"subset":null}""", cookie);
        Assert.Equal(version, (await RowAsync("log-service")).GetProperty("resourceVersion").GetString());
    }

    private Task<HttpResponseMessage> PutAsync(string shortcut, string service, string body, string? cookie = null) =>
        gateway.SendAsync(HttpMethod.Put, $"/api/traffic/{shortcut}/{service}", body, cookie);

    private async Task<JsonElement> OkAsync(string shortcut, string service, string body, string cookie)
    {
        using var response = await PutAsync(shortcut, service, body, cookie);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<JsonElement> RowAsync(string service)
    {
        var traffic = await gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");
        return traffic.GetProperty("services").EnumerateArray().Single(row => row.GetProperty("service").GetString() == service);
    }
}
