using MessageBoard.Gateway.History;
using MessageBoard.Gateway.Tests.Traffic;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Gateway.Tests.Fleet;

/// <summary>What runs, as the launcher's files tell it.</summary>
public sealed class FleetTests : IAsyncLifetime
{
    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_reader_that_begins_late_is_told_the_fleet_and_the_configuration()
    {
        _gateway.BeginDrill();
        Write(("user-service", "ctx1", "a", "ready"), ("user-service", "ctx2", "b", "starting"), ("redis", "ctx2", "r", "ready"));
        await Eventually.IsTrueAsync(async () => (await FleetAsync()).GetProperty("pods").ValueKind == JsonValueKind.Array, "pods");

        await using var events = await EventReader.OpenAsync(_gateway.Client);
        var states = new Dictionary<string, JsonElement>();
        while (!states.ContainsKey("fleet") || !states.ContainsKey("configuration"))
        {
            var (name, data) = await events.ReadAsync();
            states.Add(name, data); // none twice
        }

        var fleet = states["fleet"];
        Assert.Equal(
            """
            {"drill":{"available":true,"clusters":[{"cluster":"ctx1","down":false,"since":null,"user":null},
            {"cluster":"ctx2","down":false,"since":null,"user":null}]},
            "pods":[{"service":"user-service","cluster":"ctx1","pod":"a","ready":true,"condition":"ready"},
            {"service":"user-service","cluster":"ctx2","pod":"b","ready":false,"condition":"starting"}],
            "weightsInForce":true,"proxyless":false}
            """.ReplaceLineEndings(""),
            fleet.GetRawText());
        Assert.Equal(fleet.GetRawText(), (await FleetAsync()).GetRawText());
    }

    [Fact]
    public async Task A_cluster_taken_down_is_told_with_who_and_when()
    {
        _gateway.BeginDrill();
        var cookie = await _gateway.LogInAsync(isAdmin: true);
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await events.ReadAsync("fleet", IsAvailable);

        using var down = await _gateway.SendAsync(HttpMethod.Put, "/api/mesh/drill/ctx2", """{"down":true}""", cookie);
        var (_, told) = await events.ReadAsync("fleet", fleet => Cluster(fleet, "ctx2").GetProperty("down").GetBoolean());

        Assert.Equal("admin", Cluster(told, "ctx2").GetProperty("user").GetString());
        Assert.True(DateTimeOffset.UtcNow - Cluster(told, "ctx2").GetProperty("since").GetDateTimeOffset() < TimeSpan.FromMinutes(1));
        await IsMarkedAsync("""ctx2 admin {"down":true}""");

        using var up = await _gateway.SendAsync(HttpMethod.Put, "/api/mesh/drill/ctx2", """{"down":false}""", cookie);
        await events.ReadAsync("fleet", fleet => !Cluster(fleet, "ctx2").GetProperty("down").GetBoolean());
        await IsMarkedAsync("""ctx2 admin {"down":false}""");
    }

    [Fact]
    public async Task An_order_by_hand_is_told_and_marked_as_nobodys()
    {
        _gateway.BeginDrill();
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await events.ReadAsync("fleet", IsAvailable);

        await File.WriteAllBytesAsync(Path.Combine(_gateway.DrillFolder, "ctx1.down"), []);
        await events.ReadAsync("fleet", fleet => Cluster(fleet, "ctx1").GetProperty("down").GetBoolean());

        await IsMarkedAsync("""ctx1  {"down":true}""");
    }

    [Fact]
    public async Task A_launcher_that_is_gone_has_no_fleet()
    {
        _gateway.BeginDrill();
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await events.ReadAsync("fleet", IsAvailable);

        _gateway.KillLauncher();

        var (_, gone) = await events.ReadAsync("fleet", fleet => !IsAvailable(fleet)); // a change before the reader came may be told again
        Assert.Equal(
            """{"drill":{"available":false,"clusters":[]},"pods":null,"weightsInForce":true,"proxyless":false}""", gone.GetRawText());
    }

    [Fact]
    public async Task In_a_folder_that_was_made_anew_it_looks_on()
    {
        _gateway.BeginDrill();
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await events.ReadAsync("fleet", IsAvailable);
        Directory.Delete(_gateway.DrillFolder, recursive: true);
        await events.ReadAsync("fleet", fleet => !IsAvailable(fleet));

        Directory.CreateDirectory(_gateway.DrillFolder);
        Write(("log-service", "ctx1", "a", "ready"));

        await events.ReadAsync("fleet", IsAvailable);
    }

    [Fact]
    public async Task What_leaves_and_comes_back_by_itself_is_marked()
    {
        _gateway.BeginDrill();
        await SeeAsync([("user-service", "ctx1", "a", "ready"), ("user-service", "ctx1", "b", "ready")]);
        await SeeAsync(
            [("user-service", "ctx1", "a", "restarting"), ("user-service", "ctx1", "b", "ready")],
            ["""user-service ctx1 {"pod":"a","ready":false,"readyPods":1}"""]);
        await SeeAsync(
            [("user-service", "ctx1", "a", "ready"), ("user-service", "ctx1", "b", "ready")],
            ["""user-service ctx1 {"pod":"a","ready":true,"readyPods":2}"""]);
        await SeeAsync(
            [("user-service", "ctx1", "a", "unready"), ("user-service", "ctx1", "b", "unready")],
            ["""user-service ctx1 {"pod":null,"ready":false,"readyPods":0}"""]);
        await SeeAsync(
            [("user-service", "ctx1", "a", "ready"), ("user-service", "ctx1", "b", "ready"), ("user-service", "ctx1", "c", "ready")],
            ["""user-service ctx1 {"pod":null,"ready":true,"readyPods":3}"""]);
        await SeeAsync(
            [("user-service", "ctx1", "a", "unready"), ("user-service", "ctx1", "b", "unready"), ("user-service", "ctx1", "c", "ready")],
            [
                """user-service ctx1 {"pod":"a","ready":false,"readyPods":1}""",
                """user-service ctx1 {"pod":"b","ready":false,"readyPods":1}""",
            ]);
        await SeeAsync([("user-service", "ctx1", "b", "unready")], ["""user-service ctx1 {"pod":"c","ready":false,"readyPods":0}"""]);
        await SeeAsync(
            [("user-service", "ctx1", "c", "ready")], ["""user-service ctx1 {"pod":"c","ready":true,"readyPods":1}"""]);
    }

    [Fact]
    public async Task What_a_drill_takes_down_is_no_outage()
    {
        _gateway.BeginDrill();
        await SeeAsync([("user-service", "ctx2", "b", "ready")]);
        await File.WriteAllBytesAsync(Path.Combine(_gateway.DrillFolder, "ctx2.down"), []);
        await SeeAsync([("user-service", "ctx2", "b", "down")], []);
        File.Delete(Path.Combine(_gateway.DrillFolder, "ctx2.down"));
        await SeeAsync([("user-service", "ctx2", "b", "starting")], []);
        await SeeAsync([("user-service", "ctx2", "b", "ready")], []);
    }

    private Task<TimeSpan> IsMarkedAsync(string mark) => Eventually.IsTrueAsync(
        () => Marks().LastOrDefault(made => made.Kind == MarkKind.Drill) is { } last
            && $"{last.Cluster} {last.User} {last.Detail.ToJsonString()}" == mark,
        mark);

    private IReadOnlyList<Mark> Marks() => _gateway.Services.GetRequiredService<Marks>().Since(DateTimeOffset.MinValue);

    // Without outages: what they were before is of no interest.
    private async Task SeeAsync((string App, string Cluster, string Pod, string Condition)[] pods, string[]? outages = null)
    {
        var before = Marks().Count(mark => mark.Kind == MarkKind.Outage);
        Write(pods);
        await Eventually.IsTrueAsync(
            async () => (await FleetAsync()).GetProperty("pods") is { ValueKind: JsonValueKind.Array } seen && pods.Select(pod =>
                $"{pod.Pod} {pod.Condition}").SequenceEqual(seen.EnumerateArray().Select(pod =>
                    $"{pod.GetProperty("pod").GetString()} {pod.GetProperty("condition").GetString()}")),
            "the pods are seen");
        if (outages is null)
            return;

        await Eventually.IsTrueAsync(() => Outages().Count >= outages.Length, "the marks are there");

        Assert.Equal(outages, Outages());

        List<string> Outages() => [.. Marks()
            .Where(mark => mark.Kind == MarkKind.Outage).Skip(before)
            .Select(mark => $"{mark.Service} {mark.Cluster} {mark.Detail.ToJsonString()}")];
    }

    private void Write(params (string App, string Cluster, string Pod, string Condition)[] pods) =>
        _gateway.WriteDrill(JsonSerializer.Serialize(new
        {
            clusters = pods.GroupBy(pod => pod.Cluster).ToDictionary(
                cluster => cluster.Key, cluster => cluster.Select(pod => new { pod = pod.Pod, app = pod.App, condition = pod.Condition })),
        }));

    private Task<JsonElement> FleetAsync() => _gateway.Client.GetFromJsonAsync<JsonElement>("/api/mesh/fleet");

    private static bool IsAvailable(JsonElement fleet) => fleet.GetProperty("drill").GetProperty("available").GetBoolean();

    private static JsonElement Cluster(JsonElement fleet, string name) => fleet.GetProperty("drill").GetProperty("clusters")
        .EnumerateArray().Single(cluster => cluster.GetProperty("cluster").GetString() == name);
}
