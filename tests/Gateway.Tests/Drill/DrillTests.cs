namespace MessageBoard.Gateway.Tests.Drill;

public sealed class DrillTests : IAsyncLifetime
{
    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_cluster_is_taken_down_and_up()
    {
        _gateway.BeginDrill();
        var cookie = await _gateway.LogInAsync(isAdmin: true);

        var down = await PutAsync("ctx2", """{"down":true}""", cookie);
        Assert.Equal(HttpStatusCode.Accepted, down.Status);
        var since = down.Body.GetProperty("clusters")[1].GetProperty("since").GetDateTimeOffset();
        Assert.InRange(since, DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1), DateTimeOffset.UtcNow);
        Assert.Equal("""[{"cluster":"ctx1","down":false,"since":null,"user":null,"processes":"""
            + """[{"pod":"user-service-ctx1-a","app":"user-service","condition":"ready"}]},"""
            + $$"""{"cluster":"ctx2","down":true,"since":"{{since:yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz}}","user":"admin","processes":"""
            + """[{"pod":"user-service-ctx2-b","app":"user-service","condition":"down"}]}]""",
            down.Body.GetProperty("clusters").GetRawText().Replace("\\u002B", "+"));
        Assert.True(File.Exists(Path.Combine(_gateway.DrillFolder, "ctx2.down")));

        var up = await PutAsync("ctx2", """{"down":false}""", cookie);
        Assert.Equal(HttpStatusCode.Accepted, up.Status);
        Assert.Empty(Directory.EnumerateFiles(_gateway.DrillFolder, "*.down"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    public async Task An_order_made_by_hand_is_nobodys_and_since_the_file(string content)
    {
        _gateway.BeginDrill();
        var file = Path.Combine(_gateway.DrillFolder, "ctx2.down");
        await File.WriteAllTextAsync(file, content);

        var report = await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/mesh/drill");

        var ctx2 = report.GetProperty("clusters")[1];
        Assert.True(ctx2.GetProperty("down").GetBoolean());
        Assert.Equal(JsonValueKind.Null, ctx2.GetProperty("user").ValueKind);
        Assert.Equal(File.GetLastWriteTimeUtc(file), ctx2.GetProperty("since").GetDateTimeOffset());
    }

    [Fact]
    public async Task Whoever_takes_down_what_is_down_changes_nothing()
    {
        _gateway.BeginDrill();
        var cookie = await _gateway.LogInAsync(isAdmin: true);
        var first = await PutAsync("ctx2", """{"down":true}""", cookie);
        var second = await PutAsync("ctx2", """{"down":true}""", cookie);

        Assert.Equal(first.Body.GetRawText(), second.Body.GetRawText());
    }

    [Fact]
    public async Task Everybody_may_look_and_only_an_admin_may_do_it()
    {
        _gateway.BeginDrill();

        Assert.True((await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/mesh/drill")).GetProperty("available").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, (await PutAsync("ctx2", """{"down":true}""", null)).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await PutAsync("ctx2", """{"down":true}""", await _gateway.LogInAsync(isAdmin: false))).Status);
        Assert.Empty(Directory.EnumerateFiles(_gateway.DrillFolder, "*.down"));
    }

    [Theory]
    [InlineData("ctx3")]
    [InlineData("..%2Fctx2")]
    [InlineData("ctx2%2F..%2Fctx1")]
    [InlineData("CTX2")]
    [InlineData("gateway")]
    public async Task Only_clusters_of_the_run_can_be_named(string cluster)
    {
        _gateway.BeginDrill();

        var (status, body) = await PutAsync(cluster, """{"down":true}""", await _gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.EndsWith("there are ctx1, ctx2.", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_gateway.DrillFolder, "*.down"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"down":null}""")]
    [InlineData("""{"down":"yes"}""")]
    public async Task An_order_has_to_say_which_way(string order)
    {
        _gateway.BeginDrill();

        var (status, body) = await PutAsync("ctx2", order, await _gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(body.GetProperty("errors").TryGetProperty("down", out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task Without_a_report_there_is_no_drill(string? state)
    {
        _gateway.BeginDrill();
        if (state is null)
            File.Delete(Path.Combine(_gateway.DrillFolder, "drill.json"));
        else
            _gateway.WriteDrill(state);

        await ThereIsNoDrillAsync();
    }

    [Fact]
    public async Task A_launcher_that_was_killed_obeys_nobody_though_its_files_are_there()
    {
        _gateway.BeginDrill();
        _gateway.KillLauncher();

        await ThereIsNoDrillAsync();
    }

    [Fact]
    public async Task In_a_folder_that_someone_deleted_there_is_no_drill()
    {
        _gateway.BeginDrill();
        Directory.Delete(_gateway.DrillFolder, recursive: true);

        Assert.Equal(
            HttpStatusCode.NotFound, (await PutAsync("ctx1", """{"down":true}""", await _gateway.LogInAsync(isAdmin: true))).Status);
    }

    private async Task ThereIsNoDrillAsync()
    {
        var report = await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/mesh/drill");
        var (status, _) = await PutAsync("ctx2", """{"down":true}""", await _gateway.LogInAsync(isAdmin: true));

        Assert.Equal("""{"available":false,"clusters":[]}""", report.GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, status);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(string cluster, string body, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/mesh/drill/{cluster}")
        {
            Content = new StringContent(body, null, "application/json"),
        };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        using var response = await _gateway.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
