using MessageBoard.Gateway.Tests.Traffic;

namespace MessageBoard.Gateway.Tests.Rollouts;

/// <summary>Roll-outs under real requests. Each test has a service, or a gateway, of its own.</summary>
public sealed class RolloutTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private const string Quick =
        """{"toCluster":"ctx2","steps":[50,100],"waitSeconds":1,"minRequests":5,"maxErrorPercent":10,"maxP95Ratio":null}""";

    [Fact]
    public async Task Steps_that_hold_lead_to_the_last_one()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();
        await using var events = await EventReader.OpenAsync(own.Client);
        await using var requests = Requests.Send(own, "/api/logs/ping");

        var begun = await PutAsync(own, "log-service", Quick.Replace("[50,100]", "[60,80,100]"));
        Assert.Equal(
            ("running", 0, "admin", 50),
            (begun.GetProperty("state").GetString(), begun.GetProperty("step").GetInt32(), begun.GetProperty("user").GetString(),
                begun.GetProperty("before").GetProperty("ctx1").GetInt32()));
        Assert.Equal((40, 60), await WeightsAsync(own, "Log"));
        await events.ReadAsync("rollouts", data => IsAt(data, "running", 1));
        var done = await EndAsync(own, "log-service");

        Assert.Equal(("done", 2), (done.GetProperty("state").GetString(), done.GetProperty("step").GetInt32()));
        Assert.Equal((0, 100), await WeightsAsync(own, "Log"));
        await events.ReadAsync("rollouts", data => IsAt(data, "done", 2));
        Assert.Contains("messageboard/rollout", await File.ReadAllTextAsync(Path.Combine(own.Istio, "log-service.yaml")));
        Assert.Equal(
            [
                "Roll-out of log-service to ctx2: running, step 1 of 3, 60 %, as planned",
                "Roll-out of log-service to ctx2: running, step 2 of 3, 80 %, as planned",
                "Roll-out of log-service to ctx2: running, step 3 of 3, 100 %, as planned",
                "Roll-out of log-service to ctx2: done, step 3 of 3, 100 %, as planned",
            ],
            own.Log.Where(line => line.StartsWith("Roll-out", StringComparison.Ordinal)));
        var versions = (await own.Client.GetFromJsonAsync<JsonElement>("/api/mesh/resources/VirtualService/log-service"))
            .GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("what").GetString());
        Assert.Equal(["rollout", "rollout", "rollout", "rollout", "found"], versions);

        static bool IsAt(JsonElement data, string state, int step) => data.GetProperty("rollouts").EnumerateArray()
            .Any(rollout => rollout.GetProperty("state").GetString() == state && rollout.GetProperty("step").GetInt32() == step);
    }

    [Fact]
    public async Task A_canary_whose_pods_fail_is_put_back_by_itself()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();
        own.Behaviour["ctx2"] = (500, 0);
        await using var requests = Requests.Send(own, "/api/users/ping");

        await PutAsync(own, "user-service", Quick);
        var broken = await EndAsync(own, "user-service");

        Assert.Equal(("broken", "errors"), StateOf(broken));
        Assert.True(broken.GetProperty("reason").GetProperty("detail").GetProperty("errors").GetInt32() > 0);
        Assert.Equal((70, 30), await WeightsAsync(own, "User"));

        // And it says so to whoever comes later.
        await own.RestartAsync();
        await Eventually.IsTrueAsync(async () => await GetAsync(own, "user-service") is not null, "the annotation is read");
        Assert.Equal(("broken", "errors"), StateOf((await GetAsync(own, "user-service"))!.Value));
    }

    [Fact]
    public async Task A_slow_canary_is_put_back()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();
        own.Behaviour["ctx2"] = (200, 300);
        await using var requests = Requests.Send(own, "/api/users/ping");

        await PutAsync(own, "user-service", Quick.Replace("\"maxP95Ratio\":null", "\"maxP95Ratio\":1.5"));
        var broken = await EndAsync(own, "user-service");

        Assert.Equal(("broken", "slow"), StateOf(broken));
        Assert.Equal((70, 30), await WeightsAsync(own, "User"));
    }

    // A fault is drawn before the pods are: the target's share of it counts.
    [Fact]
    public async Task An_injected_abort_counts_as_an_error()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();
        using var fault = await own.SendAsync(
            HttpMethod.Put, "/api/traffic/fault/user-service", """{"abort":{"status":418,"percentage":100}}""",
            await own.LogInAsync(isAdmin: true));
        Assert.Equal(HttpStatusCode.OK, fault.StatusCode);
        await using var requests = Requests.Send(own, "/api/users/ping");

        await PutAsync(own, "user-service", Quick);

        Assert.Equal(("broken", "errors"), StateOf(await EndAsync(own, "user-service")));
    }

    [Fact]
    public async Task Without_requests_it_is_put_back_when_its_patience_ends()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();

        await PutAsync(own, "user-service", Quick.Replace("\"waitSeconds\":1", "\"waitSeconds\":1,\"limitSeconds\":1"));

        Assert.Equal(("broken", "tooFewRequests"), StateOf(await EndAsync(own, "user-service")));
        Assert.Equal((70, 30), await WeightsAsync(own, "User"));
    }

    [Fact]
    public async Task A_restart_in_the_middle_goes_on()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();
        await PutAsync(own, "user-service", Quick);

        await own.RestartAsync();
        await Eventually.IsTrueAsync(async () => await GetAsync(own, "user-service") is not null, "the annotation is read");
        Assert.Equal(("running", null), StateOf((await GetAsync(own, "user-service"))!.Value));
        await using var requests = Requests.Send(own, "/api/users/ping");

        Assert.Equal(("done", null), StateOf(await EndAsync(own, "user-service")));
        Assert.Equal((0, 100), await WeightsAsync(own, "User"));
    }

    [Fact]
    public async Task Somebody_elses_edit_ends_it_and_stays()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();
        await PutAsync(own, "user-service", Quick);
        var file = Path.Combine(own.Istio, "user-service.yaml");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("timeout: 1s", "timeout: 2s"));

        Assert.Equal(("stopped", "edited"), StateOf(await EndAsync(own, "user-service")));
        Assert.Equal((50, 50), await WeightsAsync(own, "User"));

        // Nor does what one goes back to begin anew.
        await PutAsync(own, "user-service", Quick);
        for (var i = 0; i < 2; i++)
        {
            using var undo = await own.SendAsync(
                HttpMethod.Post, "/api/mesh/resources/VirtualService/user-service/undo", "{}", await own.LogInAsync(isAdmin: true));
            Assert.Equal(HttpStatusCode.OK, undo.StatusCode);
        }

        Assert.Equal(("stopped", "edited"), StateOf(await EndAsync(own, "user-service")));
        await own.RestartAsync();
        await Eventually.IsTrueAsync(async () => await GetAsync(own, "user-service") is not null, "the annotation is read");
        Assert.Equal(("stopped", "edited"), StateOf((await GetAsync(own, "user-service"))!.Value));
    }

    [Fact]
    public async Task There_is_one_at_a_time_and_an_admin_stops_it()
    {
        const string Path = "/api/traffic/rollouts/message-service";
        var admin = await gateway.LogInAsync(isAdmin: true);
        var patient = Quick.Replace("\"waitSeconds\":1", "\"waitSeconds\":600");
        foreach (var (method, body) in ((HttpMethod, string?)[])[(HttpMethod.Put, patient), (HttpMethod.Delete, null)])
        {
            using var nobody = await gateway.SendAsync(method, Path, body);
            using var user = await gateway.SendAsync(method, Path, body, await gateway.LogInAsync(isAdmin: false));
            Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (nobody.StatusCode, user.StatusCode));
        }

        using var none = await gateway.SendAsync(HttpMethod.Delete, Path, null, admin);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        await PutAsync(gateway, "message-service", patient);
        using var second = await gateway.SendAsync(HttpMethod.Put, Path, patient, admin);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(
            "running",
            (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("current").GetProperty("state").GetString());

        using var here = await gateway.SendAsync(HttpMethod.Delete, $"{Path}?putBack=false", null, admin);
        Assert.Equal(("stopped", "asked"), StateOf(await here.Content.ReadFromJsonAsync<JsonElement>()));
        Assert.Equal((50, 50), await WeightsAsync(gateway, "Message"));

        var again = await PutAsync(gateway, "message-service", patient.Replace("[50,100]", "[10]"));
        Assert.Equal(50, again.GetProperty("before").GetProperty("ctx2").GetInt32());
        using var back = await gateway.SendAsync(HttpMethod.Delete, Path, null, admin);
        Assert.Equal(("stopped", "asked"), StateOf(await back.Content.ReadFromJsonAsync<JsonElement>()));
        Assert.Equal((50, 50), await WeightsAsync(gateway, "Message"));
    }

    [Theory]
    [InlineData("toCluster", "\"ctx3\"")]
    [InlineData("toCluster", "null")]
    [InlineData("steps", "[]")]
    [InlineData("steps", "[5,5]")]
    [InlineData("steps", "[50,25]")]
    [InlineData("steps", "[0,25]")]
    [InlineData("steps", "[25,101]")]
    [InlineData("steps", "[2.5]")]
    [InlineData("steps", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]")]
    [InlineData("waitSeconds", "0")]
    [InlineData("waitSeconds", "86401")]
    [InlineData("limitSeconds", "0")]
    [InlineData("minRequests", "0")]
    [InlineData("maxErrorPercent", "101")]
    [InlineData("maxP95Ratio", "0.5")]
    public async Task What_is_not_allowed_is_named(string field, string value)
    {
        var body = new Dictionary<string, JsonElement>(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Quick)!)
        {
            [field] = JsonSerializer.Deserialize<JsonElement>(value),
        };
        using var response = await gateway.SendAsync(
            HttpMethod.Put, "/api/traffic/rollouts/log-service", JsonSerializer.Serialize(body), await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Equal(field, Assert.Single(errors.EnumerateObject()).Name);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"steps":7}""")]
    [InlineData("""{"toCluster":7}""")]
    public async Task What_is_no_order_is_a_problem(string body)
    {
        using var response = await gateway.SendAsync(
            HttpMethod.Put, "/api/traffic/rollouts/log-service", body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    // Anybody who may edit the file may write anything there.
    [Fact]
    public async Task An_annotation_that_is_none_is_no_roll_out()
    {
        await using var own = new MeshedGateway();
        await own.InitializeAsync();
        var file = Path.Combine(own.Istio, "user-service.yaml");
        var text = await File.ReadAllTextAsync(file);
        foreach (var json in (string[])["{", "[]", "{}", """{"plan":{"steps":[1]},"step":7,"state":"running","before":{}}"""])
        {
            var version = await VersionAsync();
            await File.WriteAllTextAsync(
                file, text.Replace("metadata:\n", $"metadata:\n  annotations:\n    messageboard/rollout: '{json}'\n"));
            await Eventually.IsTrueAsync(async () => await VersionAsync() != version, "the file is read");
            Assert.Null(await GetAsync(own, "user-service"));
        }

        Assert.DoesNotContain(own.Log, line => line.Contains("cannot be judged", StringComparison.Ordinal));

        async Task<string> VersionAsync() =>
            (await own.Client.GetFromJsonAsync<JsonElement>("/api/mesh/resources/VirtualService/user-service"))
                .GetProperty("resourceVersion").GetString()!;
    }

    private static (string? State, string? Reason) StateOf(JsonElement rollout) => (
        rollout.GetProperty("state").GetString(),
        rollout.GetProperty("reason") is { ValueKind: JsonValueKind.Object } reason ? reason.GetProperty("code").GetString() : null);

    private static async Task<JsonElement> PutAsync(MeshedGateway gateway, string service, string body)
    {
        using var response = await gateway.SendAsync(
            HttpMethod.Put, $"/api/traffic/rollouts/{service}", body, await gateway.LogInAsync(isAdmin: true));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement?> GetAsync(MeshedGateway gateway, string service)
    {
        using var response = await gateway.Client.GetAsync($"/api/traffic/rollouts/{service}");
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The roll-out when it has ended.</summary>
    private static async Task<JsonElement> EndAsync(MeshedGateway gateway, string service)
    {
        await Eventually.IsTrueAsync(
            async () => (await GetAsync(gateway, service))?.GetProperty("state").GetString() != "running", "the roll-out ends");
        return (await GetAsync(gateway, service))!.Value;
    }

    private static async Task<(int Ctx1, int Ctx2)> WeightsAsync(MeshedGateway gateway, string service)
    {
        var weights = (await gateway.Client.GetFromJsonAsync<Dictionary<string, int>>("/traffic-weights"))!;
        return (weights[$"{service}ServiceCtx1Weight"], weights[$"{service}ServiceCtx2Weight"]);
    }

    /// <summary>Sends requests, a few at a time, until it is disposed of.</summary>
    private sealed class Requests : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _sending = Task.CompletedTask;

        public static Requests Send(MeshedGateway gateway, string path)
        {
            var requests = new Requests();
            requests._sending = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!requests._stop.IsCancellationRequested)
                {
                    using var response = await gateway.Client.GetAsync(path);
                }
            })));
            return requests;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
