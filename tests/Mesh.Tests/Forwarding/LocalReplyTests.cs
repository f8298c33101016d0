namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>Redirects and direct responses.</summary>
public sealed class LocalReplyTests : ForwardingTest
{
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
