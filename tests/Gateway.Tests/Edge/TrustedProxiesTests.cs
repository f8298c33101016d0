namespace MessageBoard.Gateway.Tests.Edge;

/// <summary>The gateway behind a proxy that it trusts, in two networks.</summary>
public sealed class TrustingGateway : MeshedGateway
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Gateway:TrustedProxies"] = "127.0.0.0/8, ::1",
        ["Gateway:Hosts"] = "board.example",
    };
}

public sealed class TrustedProxiesTests(TrustingGateway gateway) : IClassFixture<TrustingGateway>
{
    [Fact]
    public async Task What_a_trusted_proxy_says_of_the_browser_is_what_services_are_told()
    {
        using var response = await SendAsync(HttpMethod.Get, "203.0.113.9", "https");

        Assert.Equal("203.0.113.9", Seen(response, "X-Forwarded-For"));
        Assert.Equal("https", Seen(response, "X-Forwarded-Proto"));
        Assert.Equal("board.example", Seen(response, "X-Forwarded-Host"));
        Assert.StartsWith("max-age=31536000", response.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Theory]
    [InlineData("198.51.100.1, 203.0.113.9", "203.0.113.9")] // the first is what the browser itself has said
    [InlineData("198.51.100.1, 203.0.113.9, 127.0.0.9", "203.0.113.9")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("nonsense", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    public async Task The_browser_is_who_came_to_the_outermost_of_them(string forwarded, string browser)
    {
        using var response = await SendAsync(HttpMethod.Get, forwarded, "https");
        Assert.Equal(browser, Seen(response, "X-Forwarded-For"));
    }

    [Theory]
    [InlineData("https", "https://board.example", HttpStatusCode.OK)]
    [InlineData("https", "https://board.example:443", HttpStatusCode.OK)]
    [InlineData("https", "http://board.example", HttpStatusCode.Forbidden)]
    [InlineData("https", "https://board.example:8443", HttpStatusCode.Forbidden)]
    [InlineData("http", "https://board.example", HttpStatusCode.Forbidden)]
    public async Task A_change_is_compared_with_the_address_that_the_browser_has(string scheme, string origin, HttpStatusCode status)
    {
        using var response = await SendAsync(HttpMethod.Post, "203.0.113.9", scheme, origin);
        Assert.Equal(status, response.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string forwardedFor, string scheme, string? origin = null)
    {
        using var request = new HttpRequestMessage(method, "/api/users/ping") { Headers = { Host = "board.example" } };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        request.Headers.Add("X-Forwarded-Proto", scheme);
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        return await gateway.Client.SendAsync(request);
    }

    private static string Seen(HttpResponseMessage response, string name) => response.Headers.GetValues($"X-Seen-{name}").Single();
}

public sealed class UntrustedProxyTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task What_anybody_else_says_of_himself_reaches_no_service()
    {
        string[] told =
        [
            "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix", "x-forwarded-port", "X-FORWARDED-SSL",
            "X-Forwarded-Client-Cert", "X-Forwarded-Anything", "Forwarded", "X-Real-IP", "X-Mesh-Source",
        ];
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping");
        foreach (var name in told)
            request.Headers.Add(name, "forged");

        using var response = await gateway.Client.SendAsync(request);

        Assert.DoesNotContain(response.Headers, header => header.Value.Contains("forged"));
        Assert.Equal("127.0.0.1", response.Headers.GetValues("X-Seen-X-Forwarded-For").Single());
        Assert.Equal("http", response.Headers.GetValues("X-Seen-X-Forwarded-Proto").Single());
        Assert.Equal(gateway.Client.BaseAddress!.Authority, response.Headers.GetValues("X-Seen-X-Forwarded-Host").Single());
    }
}
