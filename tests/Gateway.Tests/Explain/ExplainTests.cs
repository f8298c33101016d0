using MessageBoard.Gateway.Traffic;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Gateway.Tests.Explain;

public sealed class ExplainTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task A_request_that_asks_is_explained_to_a_logged_in_user()
    {
        using var response = await AskAsync("/api/users/ping", await gateway.LogInAsync(isAdmin: false));

        var explanation = JsonDocument.Parse(response.Headers.GetValues("x-mesh-explain").Single()).RootElement;
        var cluster = response.Headers.GetValues("X-Service-Cluster").Single();
        Assert.Equal("messageboard/user-service", explanation.GetProperty("virtualService").GetString());
        Assert.Equal((0, "default"), (explanation.GetProperty("route").GetProperty("index").GetInt32(), explanation.GetProperty("route")
            .GetProperty("name")
            .GetString()));
        Assert.Equal(cluster, explanation.GetProperty("destination").GetProperty("subset").GetString());
        Assert.Equal(cluster == "ctx1", explanation.GetProperty("draw").GetInt32() < 70);
        Assert.Equal(
            [70, 30], explanation.GetProperty("weights").EnumerateArray().Select(weight => weight.GetProperty("weight").GetInt32()));
        var attempt = Assert.Single(explanation.GetProperty("attempts").EnumerateArray());
        Assert.Equal(
            (200, $"user-service-{cluster}"), (attempt.GetProperty("status").GetInt32(), attempt.GetProperty("workload").GetString()));
        Assert.Equal("LEAST_REQUEST", explanation.GetProperty("destination").GetProperty("loadBalancer").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("session=made-up")]
    public async Task Nobody_else_is_told(string? cookie)
    {
        using var response = await AskAsync("/api/users/ping", cookie);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("x-mesh-explain"));
    }

    [Fact]
    public async Task Who_does_not_ask_is_not_told()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping")
        {
            Headers = { { "Cookie", await gateway.LogInAsync(isAdmin: false) } },
        };
        using var response = await gateway.Client.SendAsync(request);

        Assert.False(response.Headers.Contains("x-mesh-explain"));
    }

    [Fact]
    public async Task A_request_can_be_looked_up_by_its_number()
    {
        var cookie = await gateway.LogInAsync(isAdmin: false);
        using var asked = await gateway.Client.GetAsync("/api/messages/ping?secret=1");
        var request = await LookUpAsync(asked, cookie);

        Assert.Equal(
            ("GET", "/api/messages/ping", 200),
            (request.GetProperty("method").GetString(), request.GetProperty("path").GetString(), request.GetProperty("status").GetInt32()));
        Assert.Equal("message-service", request.GetProperty("explanation").GetProperty("host").GetString());
        Assert.Equal(JsonValueKind.Null, request.GetProperty("flags").ValueKind);
        Assert.DoesNotContain("secret", request.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/messages/5", "/api/messages/{id}")]
    [InlineData("/api/messages/6f9619ff-8b86-d011-b42d-00cf4fc964ff", "/api/messages/{id}")]
    [InlineData("/api/messages/%EC%95%88%EB%85%95", "/api/messages/{id}")]
    [InlineData("/api/messages/5%2F6", "/api/messages/{id}")]
    [InlineData("/api/messages/%35", "/api/messages/{id}")]
    [InlineData("/api/messages//5/", "/api/messages//{id}/")]
    [InlineData("/api/Messages/search", "/api/messages/search")]
    [InlineData("/api/messages/search/what-i-look-for", "/api/messages/search/{id}")]
    [InlineData("/api/messages/search;q=secret", "/api/messages/{id}")]
    [InlineData("/api/users/me", "/api/users/me")]
    [InlineData("/api/users/alice", "/api/users/{id}")]
    [InlineData("/users/alice/messages/7", "/users/{id}/messages/{id}")]
    public async Task The_path_is_its_senders_and_admins_to_see(string path, string template)
    {
        var sender = await gateway.LogInAsync(isAdmin: false);
        using var asked = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", sender } } };
        using var answer = await gateway.Client.SendAsync(asked);

        var full = await PathAsync(sender);
        Assert.DoesNotContain("{id}", full);
        Assert.Equal(full, await PathAsync(await gateway.LogInAsync(isAdmin: true)));
        var other = await gateway.LogInAsync(isAdmin: false);
        Assert.Equal(template, await PathAsync(other));
        Assert.Equal(template, await PathAsync($"{other}; a={sender}"));
        Assert.DoesNotContain(
            "path", (await GetAsync("/api/traffic/requests", sender)).GetRawText(), StringComparison.OrdinalIgnoreCase);

        async Task<string> PathAsync(string cookie) => (await LookUpAsync(answer, cookie)).GetProperty("path").GetString()!;
    }

    [Fact]
    public async Task Nobodys_requests_are_nobodys()
    {
        using var answer = await gateway.Client.GetAsync("/api/messages/77");

        var request = await LookUpAsync(answer, await gateway.LogInAsync(isAdmin: false));

        Assert.Equal("/api/messages/{id}", request.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Of_many_at_once_each_has_its_own_explanation()
    {
        var admin = await gateway.LogInAsync(isAdmin: true);
        var asked = await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
        {
            var path = number % 2 == 0 ? $"/api/messages/{number}" : $"/api/users/{number}";
            using var answer = await gateway.Client.GetAsync(path);
            return (Path: path, Trace: answer.Headers.GetValues("X-Trace-Id").Single(),
                Cluster: answer.Headers.GetValues("X-Service-Cluster").Single());
        }));
        var newest = (await GetAsync("/api/traffic/requests?limit=100", admin)).GetProperty("items").EnumerateArray()
            .ToDictionary(item => item.GetProperty("traceId").GetString()!, item => item.GetProperty("id").GetInt64());

        foreach (var (path, trace, cluster) in asked)
        {
            var request = await GetAsync($"/api/traffic/requests/{newest[trace]}", admin);
            var explanation = request.GetProperty("explanation");
            Assert.Equal(
                (path, trace, cluster),
                (request.GetProperty("path").GetString(), request.GetProperty("traceId").GetString(),
                    explanation.GetProperty("destination").GetProperty("subset").GetString()));
            Assert.StartsWith($"/api/{explanation.GetProperty("host").GetString()!.Split('-')[0]}s/", path);
        }
    }

    [Fact]
    public async Task What_many_requests_have_in_common_is_kept_once()
    {
        for (var i = 0; i < 30; i++)
            (await gateway.Client.GetAsync("/api/users/ping")).Dispose();

        var recent = gateway.Services.GetRequiredService<RecentRequests>();
        foreach (var ofPod in recent.All.Where(request => request.Path == "/api/users/ping").Take(30).GroupBy(request => request.Pod!))
        {
            Assert.Single(ofPod.Select(request => request.Pod).Distinct(ReferenceEqualityComparer.Instance));
            Assert.Single(ofPod.Select(request => request.Path).Distinct(ReferenceEqualityComparer.Instance));
            Assert.Single(ofPod.Select(request => request.Cluster).Distinct(ReferenceEqualityComparer.Instance));
        }
    }

    [Fact]
    public async Task Only_the_last_thousand_are_kept()
    {
        var cookie = await gateway.LogInAsync(isAdmin: false);
        for (var i = 0; i < 1001; i++)
            (await gateway.Client.GetAsync("/api/logs/ping")).Dispose();

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/traffic/requests/1") { Headers = { { "Cookie", cookie } } };
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(
            "Only the last 1,000 requests are kept.",
            (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        Assert.Equal(100, (await GetAsync("/api/traffic/requests?limit=100", cookie)).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("/api/traffic/requests")]
    [InlineData("/api/traffic/requests/1")]
    public async Task Both_want_a_session(string path) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.Client.GetAsync(path)).StatusCode);

    private async Task<HttpResponseMessage> AskAsync(string path, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "x-mesh-explain", "true" } } };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        return await gateway.Client.SendAsync(request);
    }

    /// <summary>What is told of a request that has been answered.</summary>
    private async Task<JsonElement> LookUpAsync(HttpResponseMessage answer, string cookie)
    {
        var trace = answer.Headers.GetValues("X-Trace-Id").Single();
        var newest = (await GetAsync("/api/traffic/requests?limit=100", cookie)).GetProperty("items").EnumerateArray();
        var id = newest.Single(item => item.GetProperty("traceId").GetString() == trace).GetProperty("id").GetInt64();
        return await GetAsync($"/api/traffic/requests/{id}", cookie);
    }

    private async Task<JsonElement> GetAsync(string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", cookie } } };
        using var response = await gateway.Client.SendAsync(request);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
