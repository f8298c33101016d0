namespace MessageBoard.Gateway.Tests.Mesh;

public sealed class WeightsTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task Traffic_weights_has_a_number_a_service_and_cluster()
    {
        var weights = await gateway.Client.GetFromJsonAsync<Dictionary<string, int>>("/traffic-weights");

        Assert.Equal(6, weights!.Count);
        Assert.Equal(70, weights["UserServiceCtx1Weight"]);
        Assert.Equal(30, weights["UserServiceCtx2Weight"]);
        Assert.Equal((50, 50), (weights["LogServiceCtx1Weight"], weights["LogServiceCtx2Weight"]));
        Assert.True(weights.ContainsKey("MessageServiceCtx1Weight") && weights.ContainsKey("MessageServiceCtx2Weight"));
    }

    [Fact]
    public async Task Only_an_admin_may_edit()
    {
        const string body = """{"weights":{"ctx1":1,"ctx2":99}}""";

        using var nobody = await gateway.PutWeightsAsync("user-service", body);
        using var forged = await gateway.PutWeightsAsync("user-service", body, "session=AAAA");
        using var user = await gateway.PutWeightsAsync("user-service", body, await gateway.LogInAsync(isAdmin: false));

        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, user.StatusCode);
        Assert.Equal("application/problem+json", user.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task An_edit_is_in_the_file_and_in_the_very_next_request()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        try
        {
            using var response = await gateway.PutWeightsAsync("message-service", """{"weights":{"ctx1":0,"ctx2":100}}""", cookie);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(
                """{"kind":"VirtualService","namespace":"messageboard","name":"message-service"}""",
                (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("resource").GetRawText());
            Assert.Contains("weight: 100", await File.ReadAllTextAsync(Path.Combine(gateway.Istio, "message-service.yaml")));

            for (var i = 0; i < 50; i++)
            {
                using var ping = await gateway.Client.GetAsync("/api/messages/ping");
                Assert.Equal("ctx2", ping.Headers.GetValues("X-Service-Cluster").Single());
            }
        }
        finally
        {
            using var back = await gateway.PutWeightsAsync("message-service", """{"weights":{"ctx1":30,"ctx2":70}}""", cookie);
        }
    }

    [Theory]
    [InlineData("""{"weights":{"ctx1":60,"ctx2":50}}""", "weights")]
    [InlineData("""{"weights":{"ctx1":-1,"ctx2":101}}""", "weights.ctx1")]
    [InlineData("""{"weights":{"ctx1":-1,"ctx2":101}}""", "weights.ctx2")]
    [InlineData("""{"weights":{"ctx1":49.5,"ctx2":50.5}}""", "weights.ctx1")]
    [InlineData("""{"weights":{"ctx1":"50","ctx2":50}}""", "weights.ctx1")]
    [InlineData("""{"weights":{"ctx1":null,"ctx2":100}}""", "weights.ctx1")]
    [InlineData("""{"weights":{"ctx1":99999999999,"ctx2":0}}""", "weights.ctx1")]
    [InlineData("""{"weights":{"ctx1":100}}""", "weights.ctx2")]
    [InlineData("""{"weights":{"ctx1":50,"ctx2":25,"ctx3":25}}""", "weights.ctx3")]
    [InlineData("""{"weights":{}}""", "weights.ctx1")]
    [InlineData("{}", "weights")]
    public async Task Weights_that_are_not_allowed_are_refused_by_name_and_change_nothing(string body, string field)
    {
        var file = Path.Combine(gateway.Istio, "log-service.yaml");
        var before = await File.ReadAllTextAsync(file);

        using var response = await gateway.PutWeightsAsync("log-service", body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.True(errors.TryGetProperty(field, out _), errors.ToString());
        Assert.Equal(before, await File.ReadAllTextAsync(file));
    }

    [Theory]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"weights":7}""", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task A_body_that_is_no_edit_is_a_bad_request(string body, HttpStatusCode status)
    {
        using var response = await gateway.PutWeightsAsync("log-service", body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("Exception", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_unknown_service_is_not_found()
    {
        using var response = await gateway.PutWeightsAsync(
            "nobody", """{"weights":{"ctx1":50,"ctx2":50}}""", await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_stale_edit_is_a_conflict_that_shows_what_is_there_now()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var version = await VersionAsync("log-service");
        using var first = await gateway.PutWeightsAsync(
            "log-service", $$"""{"weights":{"ctx1":40,"ctx2":60},"resourceVersion":"{{version}}"}""", cookie);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using var second = await gateway.PutWeightsAsync(
            "log-service", $$"""{"weights":{"ctx1":10,"ctx2":90},"resourceVersion":"{{version}}"}""", cookie);

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        var current = (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("current");
        Assert.Equal(40, current.GetProperty("weights").GetProperty("ctx1").GetInt32());
        Assert.Equal(await VersionAsync("log-service"), current.GetProperty("resourceVersion").GetString());

        using var back = await gateway.PutWeightsAsync("log-service", """{"weights":{"ctx1":50,"ctx2":50}}""", cookie);
        Assert.Equal(version, await VersionAsync("log-service"));
    }

    private async Task<string> VersionAsync(string service)
    {
        var traffic = await gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");
        return traffic.GetProperty("services")
            .EnumerateArray()
            .Single(row => row.GetProperty("service").GetString() == service)
            .GetProperty("resourceVersion")
            .GetString()!;
    }
}
