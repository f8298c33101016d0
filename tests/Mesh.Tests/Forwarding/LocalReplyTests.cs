namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>Redirects, direct responses, and what has no upstream.</summary>
public sealed class LocalReplyTests : ForwardingTest
{
    // People tell a missing DestinationRule from missing pods by the flag alone.
    [Theory]
    [InlineData("user-service", "v9", ResponseFlags.NC)]
    [InlineData("nobody", null, ResponseFlags.NC)]
    [InlineData("user-service", "empty", ResponseFlags.UH)]
    public async Task What_nothing_defines_is_another_flag_than_what_has_no_endpoints(string host, string? subset, ResponseFlags flag)
    {
        var route = new HttpRoute { Destinations = [new(new(host, subset, null), null, HttpHeaderRules.None)] };
        if (flag == ResponseFlags.NC)
            _mesh.SetAstray(route);
        else
            _mesh.Set(route);

        var answer = await _mesh.GetAsync();

        Assert.Equal((503, flag), (answer.Status, answer.Flags));
        Assert.Contains(flag == ResponseFlags.NC ? "cluster not found" : "no healthy upstream", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a", "/new", "/a/b?c=d", "/new/b?c=d")]
    [InlineData("/a/", "/", "/a/b", "/b")]
    [InlineData("/a", "/new/", "/a", "/new/")]
    [InlineData("", "/new", "/a/b", "/newa/b")] // without a match of the path Istio matches the prefix /
    public async Task A_redirect_may_replace_the_matched_prefix(string prefix, string replacement, string target, string location)
    {
        _mesh.Set(new()
        {
            Matches = [new() { Uri = prefix.Length > 0 ? new StringMatch.Prefix(prefix) : null }],
            Redirect = new(null, "example.com", null, null, RedirectPort.FromProtocolDefault, 302, replacement),
        });

        var answer = await _mesh.GetAsync($"http://user-service{target}");

        Assert.Equal((302, $"http://example.com{location}"), (answer.Status, answer.Response.Headers.Location!.OriginalString));
    }

    [Theory]
    [InlineData(null, null, null, null, RedirectPort.FromProtocolDefault, "http://user-service/a?b=1")]
    [InlineData("/new", null, null, null, RedirectPort.FromProtocolDefault, "http://user-service/new?b=1")]
    [InlineData("/new?c", "example.com", null, null, RedirectPort.FromProtocolDefault, "http://example.com/new?c")]
    [InlineData(null, null, "https", null, RedirectPort.FromProtocolDefault, "https://user-service/a?b=1")]
    [InlineData(null, null, "https", 8443, RedirectPort.FromProtocolDefault, "https://user-service:8443/a?b=1")]
    [InlineData(null, null, "https", null, RedirectPort.FromRequestPort, "https://user-service:80/a?b=1")]
    public async Task A_redirect_changes_what_it_names(
        string? uri, string? authority, string? scheme, int? port, RedirectPort derive, string location)
    {
        _mesh.Set(new() { Redirect = new(uri, authority, scheme, port, derive, 308) });

        var answer = await _mesh.GetAsync("http://user-service/a?b=1");

        Assert.Equal((308, location, 0), (answer.Status, answer.Response.Headers.GetValues("Location").Single(), _mesh.Ctx1.Requests));
    }

    [Theory]
    [InlineData("https", null, "example.com:8080", "https://example.com:8080/a")]
    [InlineData("https", null, "example.com:80", "https://example.com/a")]
    [InlineData("http", null, "example.com:8080", "http://example.com:8080/a")]
    [InlineData(null, null, "[::1]:8080", "http://[::1]:8080/a")]
    [InlineData(null, 81, "[::1]:8080", "http://[::1]:81/a")]
    [InlineData("https", 443, "example.com:8080", "https://example.com:8080/a")] // as Istio has it
    public async Task A_redirect_keeps_the_callers_port_unless_the_scheme_made_it(string? scheme, int? port, string host, string location)
    {
        _mesh.Set(new() { Redirect = new(null, null, scheme, port, RedirectPort.FromProtocolDefault, 301) });

        Assert.Equal(
            location, (await _mesh.GetAsync("http://user-service/a", ("Host", host))).Response.Headers.GetValues("Location").Single());
    }

    [Fact]
    public async Task A_direct_response_is_given_by_nobody()
    {
        _mesh.Set(new()
        {
            DirectResponse = new(503, Encoding.UTF8.GetBytes("closed")),
            Headers = new(HeaderOperations.None, new([new("Retry-After", "60")], [], [])),
        });

        var answer = await _mesh.GetAsync();

        Assert.Equal((503, "closed", "60"), (answer.Status, answer.Body, answer.Response.Headers.GetValues("Retry-After").Single()));
    }
}
