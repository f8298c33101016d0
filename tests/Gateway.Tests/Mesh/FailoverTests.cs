namespace MessageBoard.Gateway.Tests.Mesh;

/// <summary>The switch that turns the locality failover of istio/examples on and off.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private const string Path = "/api/mesh/failover";

    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task On_all_go_where_somebody_answers_and_off_each_file_is_what_it_was()
    {
        var before = Files();
        Assert.Equal((false, true), await ReadAsync());

        await SetAsync(true);
        Assert.Equal((true, true), await ReadAsync());
        var rule = Files()["user-service.yaml"];
        Assert.Contains("consecutive5xxErrors: 1", rule, StringComparison.Ordinal);
        Assert.Contains("consecutiveGatewayErrors: 3", rule, StringComparison.Ordinal); // of which the example says nothing
        var on = Files();
        await SetAsync(true); // once more changes nothing
        Assert.Equal(on, Files());

        await _gateway.StopBackendAsync("ctx1");
        for (var i = 0; i < 20; i++)
        {
            using var response = await _gateway.Client.GetAsync("/api/users/ping");
            Assert.Equal(
                (HttpStatusCode.OK, "ctx2"), (response.StatusCode, response.Headers.GetValues("X-Service-Cluster").Single()));
        }

        await SetAsync(false);
        Assert.Equal((false, true), await ReadAsync());
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task What_is_edited_meanwhile_stays_so()
    {
        await SetAsync(true);
        using var edit = await _gateway.SendAsync(
            HttpMethod.Put, "/api/traffic/fault/user-service", """{"abort":{"status":503,"percentage":1}}""",
            await _gateway.LogInAsync(isAdmin: true));
        Assert.Equal(HttpStatusCode.OK, edit.StatusCode);

        await SetAsync(false);

        Assert.Contains("httpStatus: 503", Files()["user-service.yaml"], StringComparison.Ordinal);
        var weights = await _gateway.Client.GetFromJsonAsync<Dictionary<string, int>>("/traffic-weights");
        Assert.Equal((70, 30), (weights!["UserServiceCtx1Weight"], weights["UserServiceCtx2Weight"]));
    }

    [Fact]
    public async Task Half_of_it_is_not_in_force_and_the_rest_is_added()
    {
        await SetAsync(true);
        using var undo = await _gateway.SendAsync(
            HttpMethod.Post, "/api/mesh/resources/VirtualService/log-service/undo", "{}", await _gateway.LogInAsync(isAdmin: true));
        Assert.Equal((false, true), await ReadAsync());

        await SetAsync(true);

        Assert.Equal((true, true), await ReadAsync());
    }

    [Fact]
    public async Task What_was_set_by_hand_is_seen_and_taken_back_by_hand()
    {
        await _gateway.ApplyExampleAsync("locality-failover");
        var example = Files()["user-service.yaml"];
        await SetAsync(true); // the other two

        using var off = await _gateway.SendAsync(HttpMethod.Put, Path, """{"inForce":false}""", await _gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, off.StatusCode);
        Assert.Contains("user-service", await off.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(example, Files()["user-service.yaml"]);
        Assert.Equal((false, true), await ReadAsync());
    }

    [Fact]
    public async Task Only_an_admin_may_and_only_with_a_word()
    {
        using var nobody = await _gateway.SendAsync(HttpMethod.Put, Path, """{"inForce":true}""");
        using var user = await _gateway.SendAsync(
            HttpMethod.Put, Path, """{"inForce":true}""", await _gateway.LogInAsync(isAdmin: false));
        using var silent = await _gateway.SendAsync(HttpMethod.Put, Path, "{}", await _gateway.LogInAsync(isAdmin: true));

        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.BadRequest),
            (nobody.StatusCode, user.StatusCode, silent.StatusCode));

        foreach (var file in Directory.EnumerateFiles(_gateway.Istio, "*-service.yaml"))
            File.Delete(file);

        await Eventually.IsTrueAsync(async () => await ReadAsync() == (false, false), "there is nothing to edit");
        using var nothing = await _gateway.SendAsync(
            HttpMethod.Put, Path, """{"inForce":true}""", await _gateway.LogInAsync(isAdmin: true));
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    private Dictionary<string, string> Files() => Directory.EnumerateFiles(_gateway.Istio, "*-service.yaml")
        .ToDictionary(file => System.IO.Path.GetFileName(file), File.ReadAllText);

    private async Task<(bool InForce, bool Available)> ReadAsync()
    {
        var report = await _gateway.Client.GetFromJsonAsync<JsonElement>(Path);
        return (report.GetProperty("inForce").GetBoolean(), report.GetProperty("available").GetBoolean());
    }

    private async Task SetAsync(bool inForce)
    {
        using var response = await _gateway.SendAsync(
            HttpMethod.Put, Path, inForce ? """{"inForce":true}""" : """{"inForce":false}""", await _gateway.LogInAsync(isAdmin: true));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
