namespace MessageBoard.Gateway.Tests.Edge;

public sealed class SameOriginTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private string Own => gateway.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    // What a browser says of a page, and whether that page may change something.
    [Theory]
    [InlineData(null, "same-origin", true)]
    [InlineData(null, "none", true)]
    [InlineData(null, "same-site", false)]
    [InlineData(null, "cross-site", false)]
    [InlineData(null, "", false)]
    [InlineData(null, "Same-Origin", false)]
    [InlineData(null, "same-origin, cross-site", false)]
    [InlineData("own", "cross-site", false)]
    [InlineData("http://localhost:3000", "same-site", false)]
    [InlineData("own", null, true)]
    [InlineData("http://localhost:3000", null, false)]
    [InlineData("http://127.0.0.1:3000", null, false)]
    [InlineData("http://127.0.0.1", null, false)]
    [InlineData("https own", null, false)]
    [InlineData("http://evil.example", null, false)]
    [InlineData("null", null, false)]
    [InlineData("", null, false)]
    [InlineData("file://", null, false)]
    [InlineData("chrome-extension://abcdef", null, false)]
    [InlineData("127.0.0.1", null, false)]
    [InlineData(null, null, true)] // no browser
    public async Task Only_a_page_of_this_origin_changes_something(string? origin, string? site, bool passes)
    {
        origin = origin switch { "own" => Own, "https own" => Own.Replace("http:", "https:", StringComparison.Ordinal), _ => origin };
        var cookie = await gateway.LogInAsync(isAdmin: true);
        foreach (var (method, path) in ((string, string)[])[
            ("POST", "/api/logout"), ("POST", "/api/messages"), ("DELETE", "/api/messages/1"), ("post", "/api/messages"),
            ("PATCH", "/api/users"), ("POST", "/api/mesh/resources/VirtualService/nobody/undo"),
            ("PUT", "/api/traffic/weights/nobody"), ("BREW", "/nothing")])
        {
            var (status, answer) = await SendAsync(method, path, origin, site, cookie);
            Assert.True(passes == (status != 403), $"{method} {path}: {answer}");
        }

        foreach (var method in (string[])["GET", "HEAD", "OPTIONS"])
            Assert.NotEqual(403, (await SendAsync(method, "/api/users/ping", origin, site, cookie)).Status);
    }

    [Theory]
    [InlineData("http://evil.example", "cross-site")]
    [InlineData("http://localhost:3000", "same-site")]
    [InlineData("http://evil.example", null)]
    public async Task Another_page_takes_no_place_at_the_event_stream(string origin, string? site)
    {
        foreach (var path in (string[])["/api/traffic/events", "/api/traffic/events/", "/API/traffic/Events?a=b"])
            Assert.Equal((path, 403), (path, (await SendAsync("GET", path, origin, site, "a=b")).Status));
    }

    [Fact]
    public async Task Two_origins_are_none_of_ours()
    {
        var (status, _) = await SendAsync("POST", "/api/logout", $"{Own}\r\nOrigin: http://evil.example", null, "a=b");
        Assert.Equal(403, status);
    }

    [Fact]
    public async Task A_refused_change_reaches_no_service()
    {
        await SendAsync("POST", "/api/users/refused", "http://evil.example", null, "a=b");
        Assert.DoesNotContain(gateway.Seen, seen => seen.Path == "/api/users/refused");
    }

    private Task<(int Status, string Answer)> SendAsync(string method, string path, string? origin, string? site, string cookie) =>
        RawHttp.SendAsync(
            gateway.Client.BaseAddress!,
            $"{method} {path} HTTP/1.1\r\nHost: {gateway.Client.BaseAddress!.Authority}\r\nCookie: {cookie}\r\n"
            + (origin is null ? "" : $"Origin: {origin}\r\n") + (site is null ? "" : $"Sec-Fetch-Site: {site}\r\n")
            + "Content-Length: 0\r\nConnection: close\r\n\r\n");
}
