using System.Diagnostics.Metrics;
using MessageBoard.Gateway.Fleet;
using MessageBoard.Gateway.Tests.Traffic;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Gateway.Tests.Kubernetes;

/// <summary>The gateway with the configuration in two real API servers.</summary>
public sealed class KubernetesTests(KubeApi api) : IClassFixture<KubeApi>, IAsyncLifetime
{
    private KubernetesGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = KubeApi.IsAvailable ? await KubernetesGateway.StartAsync(api) : null!;

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
    }

    [KubeApiFact]
    public async Task A_roll_out_steps_in_both_clusters_though_two_gateways_see_it()
    {
        await using var other = await _gateway.StartAnotherAsync();
        var generation = await GenerationAsync();
        await StartRolloutAsync();
        Assert.Equal("50 50", await _gateway.WeightsAsync("ctx2"));

        // Both count enough requests, and both would step in the same second.
        await EndAsync("done", _gateway, other);

        foreach (var context in (string[])["ctx1", "ctx2"])
            Assert.Equal("0 100", await _gateway.WeightsAsync(context));

        Assert.Contains("\"state\":\"done\"", await FieldAsync(@"{.metadata.annotations.messageboard/rollout}"));
        Assert.Equal(generation + 2, await GenerationAsync()); // 50 and 100: no step was made twice
    }

    [KubeApiFact]
    public async Task Failover_is_turned_on_in_both_clusters_and_taken_back()
    {
        var (before, cookie) = (await SpecsAsync(), await _gateway.LogInAsync(isAdmin: true));

        using var on = await _gateway.SendAsync(HttpMethod.Put, "/api/mesh/failover", """{"inForce":true}""", cookie);
        Assert.Equal("""{"inForce":true,"available":true}""", await on.Content.ReadAsStringAsync());
        var specs = await SpecsAsync();
        Assert.All(specs, spec => Assert.Equal(3, spec.Split("\"maxEjectionPercent\":100").Length - 1));
        Assert.Equal(specs[0], specs[1]);

        using var off = await _gateway.SendAsync(HttpMethod.Put, "/api/mesh/failover", """{"inForce":false}""", cookie);
        Assert.Equal("""{"inForce":false,"available":true}""", await off.Content.ReadAsStringAsync());
        Assert.Equal(before, await SpecsAsync());

        Task<string[]> SpecsAsync() => Task.WhenAll(((string[])["ctx1", "ctx2"]).Select(context =>
            _gateway.KubectlAsync(context, "get", "vs,dr", "-o", "jsonpath={.items[*].spec}")));
    }

    [KubeApiFact]
    public async Task A_failing_roll_out_is_put_back_in_both_clusters()
    {
        _gateway.Status = 503;
        await StartRolloutAsync();

        await EndAsync("broken", _gateway);

        foreach (var context in (string[])["ctx1", "ctx2"])
            Assert.Equal("70 30", await _gateway.WeightsAsync(context));
    }

    [KubeApiFact]
    public async Task A_weight_set_with_kubectl_is_soon_on_the_page()
    {
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await events.ReadAsync("configuration", configuration => WeightOf(configuration) == 70);

        await _gateway.KubectlAsync(
            "ctx1", "patch", "vs", "user-service", "--type=json", "-p",
            """[{"op":"replace","path":"/spec/http/0/route/0/weight","value":61},"""
                + """{"op":"replace","path":"/spec/http/0/route/1/weight","value":39}]""");
        var took = await Eventually.IsTrueAsync(async () => (await WeightsAsync())["UserServiceCtx1Weight"] == 61, "the weight is there");

        Assert.True(took < TimeSpan.FromSeconds(5), $"took {took}");
        var (_, data) = await events.ReadAsync("configuration", configuration => WeightOf(configuration) == 61);
        Assert.All(
            data.GetProperty("clusters").EnumerateArray(),
            cluster => Assert.Equal(JsonValueKind.Null, cluster.GetProperty("staleSince").ValueKind));
        Assert.Contains(
            data.GetProperty("problems").EnumerateArray(),
            problem => problem.GetProperty("message").GetString() == "spec.http[0].route[0].weight is not the same in ctx1 and ctx2");

        await IsMarkedAsync("hand", mark => mark.GetProperty("service").GetString() == "user-service"
            && mark.GetProperty("user").ValueKind == JsonValueKind.Null && mark.GetProperty("detail").GetProperty("ctx1").GetInt32() == 61);

        static int? WeightOf(JsonElement configuration) => configuration.GetProperty("services").EnumerateArray()
            .Single(service => service.GetProperty("service").GetString() == "user-service").GetProperty(
                "weights") is { ValueKind: JsonValueKind.Object } weights ? weights.GetProperty("ctx1").GetInt32() : null;
    }

    [KubeApiFact]
    public async Task What_the_page_sets_kubectl_sees_in_both_clusters()
    {
        var cookie = await _gateway.LogInAsync(isAdmin: true);

        using var weights = await _gateway.PutWeightsAsync("user-service", """{"weights":{"ctx1":5,"ctx2":95}}""", cookie);
        using var fault = await _gateway.SendAsync(
            HttpMethod.Put, "/api/traffic/fault/user-service", """{"abort":{"status":503,"percentage":25}}""", cookie);
        using var canary = await _gateway.SendAsync(HttpMethod.Put, "/api/traffic/canary/user-service", """{"subset":"ctx2"}""", cookie);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (weights.StatusCode, fault.StatusCode, canary.StatusCode));
        Assert.Equal(5, (await WeightsAsync())["UserServiceCtx1Weight"]);
        foreach (var context in KubeApi.Contexts)
        {
            Assert.Equal(
                "canary default", await _gateway.KubectlAsync(context, "get", "vs", "user-service", "-o", "jsonpath={.spec.http[*].name}"));
            Assert.Equal(
                "5 95",
                await _gateway.KubectlAsync(context, "get", "vs", "user-service", "-o", "jsonpath={.spec.http[1].route[*].weight}"));
            Assert.Equal("25", await _gateway.KubectlAsync(
                context, "get", "vs", "user-service", "-o", "jsonpath={.spec.http[1].fault.abort.percentage.value}"));
        }
    }

    [KubeApiFact]
    public async Task A_stale_version_is_a_conflict_that_shows_what_is_there_now()
    {
        var cookie = await _gateway.LogInAsync(isAdmin: true);
        var version = (await TrafficAsync()).GetProperty("services")
            .EnumerateArray()
            .Single(service => service.GetProperty("service").GetString() == "user-service")
            .GetProperty("resourceVersion")
            .GetString();
        await _gateway.KubectlAsync("ctx1", "annotate", "vs", "user-service", "by=somebody");

        using var weights = await _gateway.PutWeightsAsync(
            "user-service", $$"""{"weights":{"ctx1":5,"ctx2":95},"resourceVersion":"{{version}}"}""", cookie);

        Assert.Equal(HttpStatusCode.Conflict, weights.StatusCode);
        var current = (await weights.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("current");
        Assert.Equal(70, current.GetProperty("weights").GetProperty("ctx1").GetInt32());
        Assert.NotEqual(version, current.GetProperty("resourceVersion").GetString());
    }

    [KubeApiFact]
    public async Task The_YAML_is_read_and_edited_in_both_clusters()
    {
        var cookie = await _gateway.LogInAsync(isAdmin: true);
        var path = $"/api/mesh/resources/VirtualService/user-service?namespace={_gateway.Namespace}";
        using var read = await _gateway.SendAsync(HttpMethod.Get, path, cookie: cookie);
        var text = (await read.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("yaml").GetString()!;

        using var written = await _gateway.SendAsync(
            HttpMethod.Put, path,
            JsonSerializer.Serialize(new { yaml = text.Replace("timeout: 1s", "timeout: 4s") }), cookie);
        using var refused = await _gateway.SendAsync(
            HttpMethod.Put, path, JsonSerializer.Serialize(new { yaml = text.Replace("weight: 70", "weight: many") }), cookie);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity), (written.StatusCode, refused.StatusCode));
        foreach (var context in KubeApi.Contexts)
            Assert.Equal("4s", await _gateway.KubectlAsync(context, "get", "vs", "user-service", "-o", "jsonpath={.spec.http[0].timeout}"));
    }

    [KubeApiFact]
    public async Task An_edit_that_one_cluster_refuses_is_in_none_and_the_answer_says_why()
    {
        await using var gateway = await KubernetesGateway.StartAsync(api, mayEditCtx2: false);

        using var weights = await gateway.PutWeightsAsync(
            "user-service", """{"weights":{"ctx1":5,"ctx2":95}}""", await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.BadGateway, weights.StatusCode);
        Assert.Matches(
            "^ctx2 does not allow it: .*ctx1 was put back\\.$",
            (await weights.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        Assert.Equal(("70 30", "70 30"), (await gateway.WeightsAsync("ctx1"), await gateway.WeightsAsync("ctx2")));
    }

    [KubeApiFact]
    public async Task Pods_of_both_clusters_are_told_and_marked_when_they_leave()
    {
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        foreach (var context in KubeApi.Contexts)
        {
            await api.ApplyAsync(context, KubeApi.PodOf(_gateway.Namespace, $"user-{context}", "user-service"));
            await api.ApplyAsync(context, KubeApi.PodOf(_gateway.Namespace, "redis", "redis"));
            await api.SetReadyAsync(context, _gateway.Namespace, $"user-{context}", true);
        }

        var (_, fleet) = await events.ReadAsync("fleet", fleet => fleet.GetProperty("pods") is { ValueKind: JsonValueKind.Array } pods
            && pods.EnumerateArray().Count(pod => pod.GetProperty("ready").GetBoolean()) == 2);
        Assert.Equal(
            """
            {"drill":{"available":false,"clusters":[]},"pods":[
            {"service":"user-service","cluster":"ctx1","pod":"user-ctx1","ready":true,"condition":"ready"},
            {"service":"user-service","cluster":"ctx2","pod":"user-ctx2","ready":true,"condition":"ready"}],
            "weightsInForce":null,"proxyless":false}
            """.ReplaceLineEndings(""),
            fleet.GetRawText());

        await api.SetReadyAsync("ctx2", _gateway.Namespace, "user-ctx2", false);

        await IsMarkedAsync("outage", mark => mark.GetProperty("cluster").GetString() == "ctx2"
            && mark.GetProperty("detail").GetRawText() == """{"pod":"user-ctx2","ready":false,"readyPods":0}""");
    }

    [KubeApiFact]
    public async Task The_weights_are_in_force_when_the_gateways_own_pod_has_Istios_proxy()
    {
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await api.ApplyAsync("ctx2", KubeApi.PodOf(_gateway.Namespace, KubernetesGateway.Pod, "gateway")); // another cluster's
        await api.ApplyAsync("ctx1", KubeApi.PodOf(_gateway.Namespace, "gateway-1", "gateway")); // another gateway's
        await api.ApplyAsync("ctx1", KubeApi.PodOf(_gateway.Namespace, "user-service-0", "user-service"));
        var (_, unknown) = await events.ReadAsync("fleet", fleet => fleet.GetProperty("pods") is { ValueKind: JsonValueKind.Array } pods
            && pods.GetArrayLength() == 1);
        Assert.Equal(JsonValueKind.Null, unknown.GetProperty("weightsInForce").ValueKind);
        ActivatorUtilities.CreateInstance<FleetMetrics>(_gateway.Services); // as where metrics are on
        Assert.Null(InForceMetric());

        await api.ApplyAsync("ctx1", KubeApi.PodOf(_gateway.Namespace, KubernetesGateway.Pod, "gateway"));
        await events.ReadAsync("fleet", fleet => fleet.GetProperty("weightsInForce").ValueKind == JsonValueKind.False);
        var fleet = await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/mesh/fleet");
        Assert.False(fleet.GetProperty("weightsInForce").GetBoolean());
        Assert.Equal(0, InForceMetric());

        await _gateway.KubectlAsync("ctx1", "delete", "pod", KubernetesGateway.Pod, "--grace-period=0", "--force");
        await events.ReadAsync("fleet", fleet => fleet.GetProperty("weightsInForce").ValueKind == JsonValueKind.Null);
        await api.ApplyAsync("ctx1", KubeApi.PodOf(_gateway.Namespace, KubernetesGateway.Pod, "gateway", hasProxy: true));
        await events.ReadAsync("fleet", fleet => fleet.GetProperty("weightsInForce").ValueKind == JsonValueKind.True);
        Assert.Equal(1, InForceMetric());
    }

    [KubeApiFact]
    public async Task No_roll_out_begins_where_the_weights_are_not_in_force()
    {
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await api.ApplyAsync("ctx1", KubeApi.PodOf(_gateway.Namespace, KubernetesGateway.Pod, "gateway"));
        await events.ReadAsync("fleet", fleet => fleet.GetProperty("weightsInForce").ValueKind == JsonValueKind.False);

        using var english = await PutRolloutAsync();
        Assert.Equal(HttpStatusCode.Conflict, english.StatusCode);
        var problem = await english.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("notInForce", problem.GetProperty("code").GetString());
        Assert.Contains("no Istio proxy", problem.GetProperty("detail").GetString());
        using var korean = await PutRolloutAsync("ko");
        Assert.Contains(
            "Istio 프록시가 없어", (await korean.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        Assert.Equal("70 30", await _gateway.WeightsAsync("ctx1"));
    }

    [KubeApiFact]
    public async Task The_gateways_account_may_not_delete_or_create()
    {
        foreach (var context in KubeApi.Contexts)
        {
            using var forbidden = await _gateway.AskAsync(context, HttpMethod.Delete, "virtualservices/user-service");
            using var read = await _gateway.AskAsync(context, HttpMethod.Get, "virtualservices/user-service");
            using var created = await _gateway.AskAsync(context, HttpMethod.Post, "virtualservices");
            using var other = await _gateway.AskAsync(context, HttpMethod.Get, "gateways");
            using var pods = await _gateway.AskAsync(context, HttpMethod.Get, "pods", "api/v1");
            using var killed = await _gateway.AskAsync(context, HttpMethod.Delete, "pods/any", "api/v1");

            Assert.Equal(
                (HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
                (forbidden.StatusCode, read.StatusCode, created.StatusCode, other.StatusCode));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (pods.StatusCode, killed.StatusCode));
        }
    }

    [KubeApiFact]
    public async Task Without_its_API_server_it_goes_on_with_the_last_weights()
    {
        try
        {
            await api.StopServerAsync("ctx1");
            await Eventually.IsTrueAsync(
                async () => (await TrafficAsync()).GetProperty("clusters")[0].GetProperty("staleSince").ValueKind == JsonValueKind.String,
                "it is stale");

            var clusters = (await TrafficAsync()).GetProperty("clusters");
            Assert.Equal(
                ("ctx1", "does not answer"),
                (clusters[0].GetProperty("cluster").GetString(), clusters[0].GetProperty("reason").GetString()));
            Assert.Equal(JsonValueKind.Null, clusters[1].GetProperty("staleSince").ValueKind);
            Assert.Equal(70, (await WeightsAsync())["UserServiceCtx1Weight"]);
            using var ping = await _gateway.Client.GetAsync("/api/users/ping");
            using var ready = await _gateway.Client.GetAsync("/healthz/ready");
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (ping.StatusCode, ready.StatusCode));
            using var weights = await _gateway.PutWeightsAsync(
                "user-service", """{"weights":{"ctx1":5,"ctx2":95}}""", await _gateway.LogInAsync(isAdmin: true));
            Assert.Equal(
                "ctx1 does not answer; nothing has changed.",
                (await weights.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
            await IsStaleAsync(true);
        }
        finally
        {
            await api.StartServerAsync("ctx1");
        }

        await IsStaleAsync(false);

        Task IsStaleAsync(bool isStale) => IsMarkedAsync("stale", mark => mark.GetProperty("cluster").GetString() == "ctx1"
            && mark.GetProperty("detail").GetProperty("stale").GetBoolean() == isStale);
    }

    [KubeApiFact]
    public async Task A_request_goes_to_its_sidecar_with_its_trace_and_is_counted()
    {
        using var ping = await _gateway.Client.GetAsync("/api/users/ping");

        Assert.Equal("ctx2", ping.Headers.GetValues("X-Service-Cluster").Single());
        Assert.Equal(ping.Headers.GetValues("X-Trace-Id").Single(), _gateway.TraceParent!.Split('-')[1]);
        var users = (await TrafficAsync()).GetProperty("services")
            .EnumerateArray()
            .Single(service => service.GetProperty("service").GetString() == "user-service");
        Assert.Equal(1, users.GetProperty("sinceStart").GetProperty("clusters").GetProperty("ctx2").GetInt32());
    }

    [KubeApiFact]
    public async Task The_cause_is_what_Envoy_s_answer_tells_and_the_rule_what_the_VirtualService_says()
    {
        foreach (var (cause, query) in ((string?, string)[])
            [
                ("abort", "status=503&body=fault filter abort"),
                ("abort", "status=429&body=fault filter abort"),
                ("noPod", "status=503&body=no healthy upstream"),
                ("unreachable", "status=503"
                    + "&body=upstream connect error or disconnect/reset before headers. reset reason: connection failure"),
                ("unreachable", "status=503&header=x-envoy-upstream-service-time:3"
                    + "&body=upstream connect error or disconnect/reset before headers. reset reason: connection termination"),
                ("limited", "status=503&header=x-envoy-overloaded:true"
                    + "&body=upstream connect error or disconnect/reset before headers. reset reason: overflow"),
                ("timeout", "status=504&body=upstream request timeout"),
                ("noRoute", "status=404"),
                ("noRoute", "status=503"),
                ("denied", "status=403&header=x-envoy-upstream-service-time:3&body=RBAC: access denied"),
                ("denied", "status=401&header=x-envoy-upstream-service-time:3&body=Jwt is missing"),
                ("redirect", "status=301&header=location:/elsewhere"),
                ("direct", "status=200&body=closed for today"),
                ("unknown", "status=500&body=something else"),
                (null, ""),
            ])
        {
            await using var events = await EventReader.OpenAsync(_gateway.Client); // each has a deadline of its own
            using var response = await _gateway.Client.GetAsync($"/api/users/ping?{query}");
            var (_, request) = await events.ReadAsync("request");
            Assert.True(cause == request.GetProperty("cause").GetString(), $"{query}: {request}");
            Assert.Equal(JsonValueKind.Null, request.GetProperty("rule").ValueKind);
            Assert.Equal(JsonValueKind.Null, request.GetProperty("heading").ValueKind);
        }

        using var canary = await _gateway.SendAsync(
            HttpMethod.Put, "/api/traffic/canary/user-service", """{"subset":"ctx2"}""", await _gateway.LogInAsync(isAdmin: true));
        Assert.Equal(HttpStatusCode.OK, canary.StatusCode);
        foreach (var (value, rule) in ((string, string?)[])[("true", "canary"), ("false", null)])
        {
            await using var events = await EventReader.OpenAsync(_gateway.Client);
            using var asking = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping") { Headers = { { "x-canary", value } } };
            using var response = await _gateway.Client.SendAsync(asking);
            var (_, request) = await events.ReadAsync("request");
            Assert.Equal(rule, request.GetProperty("rule").GetString());
        }
    }

    private Task<TimeSpan> IsMarkedAsync(string kind, Func<JsonElement, bool> condition) => Eventually.IsTrueAsync(
        async () => (await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic/history")).GetProperty("marks")
            .EnumerateArray().Any(mark => mark.GetProperty("kind").GetString() == kind && condition(mark)),
        $"a mark of {kind}");

    private async Task<Dictionary<string, int>> WeightsAsync() =>
        (await _gateway.Client.GetFromJsonAsync<Dictionary<string, int>>("/traffic-weights"))!;

    private Task<JsonElement> TrafficAsync() => _gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");

    private Task<string> FieldAsync(string path) => _gateway.KubectlAsync("ctx1", "get", "vs", "user-service", "-o", $"jsonpath={path}");

    private async Task<int> GenerationAsync() => JsonSerializer.Deserialize<int>(await FieldAsync("{.metadata.generation}"));

    private async Task StartRolloutAsync()
    {
        using var begun = await PutRolloutAsync();
        Assert.True(begun.IsSuccessStatusCode, await begun.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> PutRolloutAsync(string language = "en")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/traffic/rollouts/user-service")
        {
            Content = new StringContent(
                """{"toCluster":"ctx2","steps":[50,100],"waitSeconds":1,"minRequests":3,"maxErrorPercent":0}""", null, "application/json"),
            Headers = { { "Accept-Language", language }, { "Cookie", await _gateway.LogInAsync(isAdmin: true) } },
        };
        return await _gateway.Client.SendAsync(request);
    }

    // What a collector of this gateway's metrics would see; null for nothing.
    private int? InForceMetric()
    {
        int? seen = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "messageboard.mesh.weights_in_force"
                    && instrument.Meter.Scope == _gateway.Services.GetRequiredService<IMeterFactory>())
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => seen = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    /// <summary>Sends requests through gateways until the roll-out has ended, as each of them sees it.</summary>
    private static Task<TimeSpan> EndAsync(string state, params KubernetesGateway[] gateways) => Eventually.IsTrueAsync(
        async () =>
        {
            var states = new List<string?>();
            foreach (var gateway in gateways)
            {
                using var ping = await gateway.Client.GetAsync("/api/users/ping");
                using var response = await gateway.Client.GetAsync("/api/traffic/rollouts/user-service");
                if (response.IsSuccessStatusCode)
                    states.Add((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString());
            }

            return states.Count == gateways.Length && states.TrueForAll(each => each == state);
        },
        $"the roll-out is {state}");
}
