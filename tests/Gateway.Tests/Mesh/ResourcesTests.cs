namespace MessageBoard.Gateway.Tests.Mesh;

public sealed class ResourcesTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private const string
        Users = "/api/mesh/resources/VirtualService/user-service",
        Messages = "/api/mesh/resources/VirtualService/message-service";

    [Fact]
    public async Task Anyone_may_see_what_became_of_each_resource()
    {
        var list = (await gateway.Client.GetFromJsonAsync<JsonElement>("/api/mesh/resources")).GetProperty("resources")
            .EnumerateArray()
            .ToList();

        var service = list.Single(resource =>
            (resource.GetProperty("kind").GetString(), resource.GetProperty("name").GetString()) == ("VirtualService", "log-service"));
        Assert.Equal(("accepted", "log-service.yaml", 1, true), (
            service.GetProperty("state").GetString(), service.GetProperty(
                "file").GetString(), service.GetProperty("line").GetInt32(), service.GetProperty("editable").GetBoolean()));
        Assert.All(
            list.Where(resource => resource.GetProperty("kind").GetString() == "WorkloadEntry"),
            resource => Assert.Equal(
                (false, true), (resource.GetProperty("editable").GetBoolean(), resource.GetProperty("generated").GetBoolean())));
        Assert.False(service.GetProperty("generated").GetBoolean());
        Assert.All(list, resource => Assert.Equal(0, resource.GetProperty("problems").GetArrayLength()));
    }

    [Theory]
    [InlineData("PUT", "")]
    [InlineData("POST", "/undo")]
    public async Task Only_an_admin_may_edit_and_only_what_is_there(string method, string more)
    {
        const string Body = """{"yaml":"a: 1"}""";
        var verb = new HttpMethod(method);
        using var nobody = await gateway.SendAsync(verb, Users + more, Body);
        using var user = await gateway.SendAsync(verb, Users + more, Body, await gateway.LogInAsync(isAdmin: false));
        using var unknown = await gateway.SendAsync(
            verb, $"/api/mesh/resources/VirtualService/nobody{more}", Body, await gateway.LogInAsync(isAdmin: true));
        using var elsewhere = await gateway.SendAsync(
            verb, $"{Users}{more}?namespace=other", Body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (nobody.StatusCode, user.StatusCode));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (unknown.StatusCode, elsewhere.StatusCode));
    }

    [Fact]
    public async Task An_edit_is_in_force_is_kept_and_is_taken_back()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var first = await GetAsync(Users, cookie);
        var (yaml, version) = (first.GetProperty("yaml").GetString()!, first.GetProperty("resourceVersion").GetString()!);

        using var put = await PutAsync(
            Users, "# edited\n" + yaml.Replace("weight: 70", "weight: 0").Replace("weight: 30", "weight: 100"), version, cookie);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var edited = await put.Content.ReadFromJsonAsync<JsonElement>();
        var versions = edited.GetProperty("versions").EnumerateArray().ToList();
        Assert.Equal(
            [(edited.GetProperty("resourceVersion").GetString(), "admin", "yaml"), (version, null, "found")],
            versions.Select(kept => (
                kept.GetProperty("version").GetString(), kept.GetProperty("user").GetString(), kept.GetProperty("what").GetString())));
        for (var i = 0; i < 20; i++)
        {
            using var ping = await gateway.Client.GetAsync("/api/users/ping");
            Assert.Equal("ctx2", ping.Headers.GetValues("X-Service-Cluster").Single());
        }

        using var stale = await gateway.SendAsync(HttpMethod.Post, $"{Users}/undo", $$"""{"resourceVersion":"{{version}}"}""", cookie);
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        Assert.Equal(
            edited.GetProperty("resourceVersion").GetString(),
            (await stale.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("current").GetProperty("resourceVersion").GetString());

        using var undo = await gateway.SendAsync(
            HttpMethod.Post, $"{Users}/undo", $$"""{"resourceVersion":"{{edited.GetProperty("resourceVersion").GetString()}}"}""", cookie);
        Assert.Equal(yaml, (await undo.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("yaml").GetString());
        using var nothing = await gateway.SendAsync(HttpMethod.Post, $"{Users}/undo", null, cookie);
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [Fact]
    public async Task Anyone_may_read_a_resource_and_its_versions()
    {
        const string Logs = "/api/mesh/resources/VirtualService/log-service";
        var first = await gateway.Client.GetFromJsonAsync<JsonElement>(Logs);
        var version = first.GetProperty("resourceVersion").GetString()!;
        Assert.Equal(version, first.GetProperty("versions")[0].GetProperty("version").GetString());
        var cookie = await gateway.LogInAsync(isAdmin: true);
        using var put = await PutAsync(Logs, "# edited\n" + first.GetProperty("yaml").GetString(), version, cookie);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);

        var former = await gateway.Client.GetFromJsonAsync<JsonElement>($"{Logs}/versions/{version}");
        Assert.Equal(first.GetProperty("yaml").GetString(), former.GetProperty("yaml").GetString());
        Assert.Equal(["version", "time", "user", "what", "yaml"], former.EnumerateObject().Select(field => field.Name));

        using var back = await gateway.SendAsync(HttpMethod.Post, $"{Logs}/undo", $$"""{"to":"{{version}}"}""", cookie);
        Assert.Equal(
            first.GetProperty("yaml").GetString(), (await back.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("yaml").GetString());

        using var unknown = await gateway.Client.GetAsync($"{Logs}/versions/none");
        using var nowhere = await gateway.Client.GetAsync("/api/mesh/resources/VirtualService/nobody");
        using var nothing = await gateway.SendAsync(HttpMethod.Post, $"{Logs}/undo", """{"to":"none"}""", cookie);
        foreach (var response in (HttpResponseMessage[])[unknown, nowhere, nothing])
        {
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    // The folder is the mesh's, but a file may hold more than it knows.
    [Fact]
    public async Task What_is_none_of_the_meshs_is_not_read()
    {
        await File.WriteAllTextAsync(Path.Combine(gateway.Istio, "secret.yaml"), """
            apiVersion: v1
            kind: Secret
            metadata:
              name: passwords
              namespace: messageboard
            stringData:
              password: only-for-the-store
            """);
        await Eventually.IsTrueAsync(
            async () => (await gateway.Client.GetStringAsync("/api/mesh/resources")).Contains("passwords", StringComparison.Ordinal),
            "the file is read");

        using var response = await gateway.Client.GetAsync("/api/mesh/resources/Secret/passwords");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Every_refusal_is_told_with_its_line_and_changes_nothing()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var first = await GetAsync(Messages, cookie);
        var yaml = first.GetProperty("yaml").GetString()!;
        var lines = yaml.Replace("weight:", "wieght:").Split('\n');

        using var response = await PutAsync(Messages, string.Join('\n', lines), first.GetProperty("resourceVersion").GetString()!, cookie);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var told = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("problems")
            .EnumerateArray()
            .Select(problem => problem.GetProperty("line").GetInt32())
            .ToHashSet();
        Assert.Superset(
            Enumerable.Range(1, lines.Length).Where(line => lines[line - 1].Contains("wieght", StringComparison.Ordinal)).ToHashSet(),
            told);
        Assert.Equal(first.GetRawText(), (await GetAsync(Messages, cookie)).GetRawText());
    }

    [Theory]
    [InlineData("""{"yaml":null}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"yaml":"a: *b"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"yaml":7}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"yaml":"\ud800"}""", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task A_hostile_body_is_a_problem(string body, HttpStatusCode status)
    {
        using var response = await gateway.SendAsync(HttpMethod.Put, Messages, body, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("Exception", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_may_have_a_megabyte_and_no_more()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var version = (await GetAsync(Messages, cookie)).GetProperty("resourceVersion").GetString()!;

        using var large = await PutAsync(Messages, "kind: [\n" + new string('#', 1_000_000), version, cookie);
        using var tooLarge = await PutAsync(Messages, new string('#', 1_100_000), version, cookie);
        using var huge = await PutAsync(Messages, new string('#', 5_000_000), version, cookie);

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.RequestEntityTooLarge),
            (large.StatusCode, tooLarge.StatusCode, huge.StatusCode));
    }

    [Fact]
    public async Task Of_two_edits_on_one_version_one_wins()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var first = await GetAsync(Messages, cookie);
        var (yaml, version) = (first.GetProperty("yaml").GetString()!, first.GetProperty("resourceVersion").GetString()!);

        var responses = await Task.WhenAll(Enumerable.Range(1, 8)
            .Select(number => PutAsync(Messages, $"# {number}\n{yaml}", version, cookie)));

        Assert.Equal(1, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        Assert.Equal(7, responses.Count(response => response.StatusCode == HttpStatusCode.Conflict));
        using var undo = await gateway.SendAsync(HttpMethod.Post, $"{Messages}/undo", null, cookie);
        Assert.Equal(yaml, (await undo.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("yaml").GetString());
    }

    private Task<HttpResponseMessage> PutAsync(string path, string yaml, string version, string cookie) =>
        gateway.SendAsync(HttpMethod.Put, path, JsonSerializer.Serialize(new { yaml, resourceVersion = version }), cookie);

    private async Task<JsonElement> GetAsync(string path, string cookie)
    {
        using var response = await gateway.SendAsync(HttpMethod.Get, path, null, cookie);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
