namespace MessageBoard.Gateway.Tests.Explain;

/// <summary>What a browser is told of its own requests without a log-in, by the key that came with the page.</summary>
public sealed class OwnBrowserTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task The_page_s_document_brings_a_key_of_its_own_to_who_has_none()
    {
        using var first = await gateway.Client.GetAsync("/");
        using var second = await gateway.Client.GetAsync("/");
        var (one, other) = (CookieOf(first), CookieOf(second));
        using var again = await gateway.SendAsync(HttpMethod.Get, "/", cookie: one);
        using var forged = await gateway.SendAsync(HttpMethod.Get, "/", cookie: "mb_page=1");
        using var other404 = await gateway.Client.GetAsync("/nothing.js");

        var set = first.Headers.GetValues("Set-Cookie").Single();
        Assert.Matches("^mb_page=[0-9a-f]{32}; path=/; samesite=strict; httponly$", set);
        Assert.NotEqual(one, other);
        Assert.False(again.Headers.Contains("Set-Cookie"));
        Assert.True(forged.Headers.Contains("Set-Cookie"));
        Assert.False(other404.Headers.Contains("Set-Cookie"));
        Assert.Equal("no-store", first.Headers.CacheControl!.ToString());
        Assert.Equal("no-cache", again.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Own_requests_are_explained_without_a_log_in_and_nobody_else_s()
    {
        var (own, other) = (await NewKeyAsync(), await NewKeyAsync());
        using var asked = await gateway.SendAsync(HttpMethod.Get, "/api/messages/5", cookie: $"theme=dark; {own}; a=b");
        var id = await NewestIdAsync(own);
        using var unkept = await gateway.SendAsync(HttpMethod.Get, "/api/traffic/requests/999999999", cookie: own);
        using var others = await gateway.SendAsync(HttpMethod.Get, $"/api/traffic/requests/{id}", cookie: other);
        using var nobodys = await gateway.Client.GetAsync($"/api/traffic/requests/{id}");
        using var forged = await gateway.SendAsync(HttpMethod.Get, $"/api/traffic/requests/{id}", cookie: $"mb_page={new string('0', 32)}");
        using var list = await gateway.Client.GetAsync("/api/traffic/requests");
        using var owns = await gateway.SendAsync(HttpMethod.Get, $"/api/traffic/requests/{id}", cookie: own);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized),
            (owns.StatusCode, unkept.StatusCode, others.StatusCode, nobodys.StatusCode));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (forged.StatusCode, list.StatusCode));
        var request = await owns.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("/api/messages/5", request.GetProperty("path").GetString());
        Assert.Equal("messageboard/message-service", request.GetProperty("explanation").GetProperty("virtualService").GetString());
        Assert.DoesNotContain(own, request.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_who_is_not_logged_in_has_own_requests_alone()
    {
        var own = await NewKeyAsync();
        using var first = await gateway.SendAsync(HttpMethod.Get, "/api/logs/ping", cookie: own);
        using var others = await gateway.SendAsync(HttpMethod.Get, "/api/users/ping", cookie: await NewKeyAsync());
        using var nobodys = await gateway.Client.GetAsync("/api/users/ping");
        using var second = await gateway.SendAsync(HttpMethod.Get, "/api/messages/ping", cookie: own);

        var all = await ItemsAsync(own);
        Assert.Equal(["message-service", "log-service"], all.Select(item => item.GetProperty("service").GetString()));
        Assert.Equal(2, (await ItemsAsync($"{await gateway.LogInAsync(isAdmin: false)}; {own}", "?limit=2")).Count);
    }

    [Fact]
    public async Task A_user_sees_the_paths_of_the_own_browser_in_full_and_others_as_templates()
    {
        var own = await NewKeyAsync();
        using var asked = await gateway.SendAsync(HttpMethod.Get, "/api/messages/77", cookie: own);
        var id = await NewestIdAsync(own);
        var user = await gateway.LogInAsync(isAdmin: false);

        Assert.Equal("/api/messages/77", await PathAsync(id, $"{user}; {own}"));
        Assert.Equal("/api/messages/{id}", await PathAsync(id, user));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_asks_with_a_key_is_told_in_the_answer(bool hasKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping") { Headers = { { "x-mesh-explain", "true" } } };
        request.Headers.Add("Cookie", hasKey ? await NewKeyAsync() : "mb_page=made-up");
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(hasKey, response.Headers.Contains("x-mesh-explain"));
    }

    [Theory]
    [InlineData("{0}", null)]
    [InlineData("session=a; {0}", "session=a")]
    [InlineData("{0}; session=a", "session=a")]
    [InlineData("a=b;{0};c=d", "a=b;c=d")]
    [InlineData("{0}; a=b; {0}", "a=b")]
    [InlineData("mb_page=; a=mb_page=1", "a=mb_page=1")]
    [InlineData("a=b; c", "a=b; c")]
    public async Task No_service_sees_the_key(string cookies, string? seen)
    {
        var sent = string.Format(System.Globalization.CultureInfo.InvariantCulture, cookies, await NewKeyAsync());
        using var response = await gateway.SendAsync(HttpMethod.Get, "/api/users/ping", cookie: sent);

        Assert.Equal(seen, response.Headers.TryGetValues("X-Seen-Cookie", out var values) ? values.Single() : null);
        Assert.DoesNotContain(gateway.Log, line => line.Contains("mb_page", StringComparison.Ordinal));
    }

    private static string CookieOf(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

    private async Task<string> NewKeyAsync()
    {
        using var response = await gateway.Client.GetAsync("/");
        return CookieOf(response);
    }

    private async Task<List<JsonElement>> ItemsAsync(string cookie, string query = "")
    {
        using var response = await gateway.SendAsync(HttpMethod.Get, $"/api/traffic/requests{query}", cookie: cookie);
        return [.. (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray()];
    }

    private async Task<long> NewestIdAsync(string cookie) => (await ItemsAsync(cookie))[0].GetProperty("id").GetInt64();

    private async Task<string?> PathAsync(long id, string cookie)
    {
        using var response = await gateway.SendAsync(HttpMethod.Get, $"/api/traffic/requests/{id}", cookie: cookie);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("path").GetString();
    }
}
