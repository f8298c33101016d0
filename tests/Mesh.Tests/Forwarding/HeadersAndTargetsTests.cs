using System.Text;
using MessageBoard.Mesh.Resources;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>Headers, rewrites, redirects and direct responses.</summary>
public sealed class HeadersAndTargetsTests : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync();

    public async ValueTask DisposeAsync() => await _mesh.DisposeAsync();

    // To Istio a single destination's headers are the route's; of several destinations Envoy applies each one's before the route's.
    [Theory]
    [InlineData(1, "x-add=mine, route, destination x-kept=mine x-new=destination x-set=destination")]
    [InlineData(2, "x-add=mine, destination, route x-kept=mine x-new=destination x-set=route")]
    public async Task Request_headers_are_removed_set_and_added_in_this_order(int destinations, string expected)
    {
        _mesh.Ctx1.Answer = context => context.Response.WriteAsync(
            string.Join(' ', context.Request.Headers.Where(header => header.Key.StartsWith("x-", StringComparison.Ordinal)).OrderBy(header => header.Key).Select(header => $"{header.Key}={header.Value}")));
        var headers = new HeaderOperations([new("x-set", "destination")], [new("x-add", "destination"), new("x-new", "destination")], ["x-gone", "x-new"]);
        var destination = new HttpRouteDestination(new("user-service", "ctx1", null), 1, new(headers, HeaderOperations.None));
        _mesh.Set(new() { Destinations = [.. Enumerable.Repeat(destination, destinations)], Headers = new(new([new("x-set", "route")], [new("x-add", "route")], []), HeaderOperations.None) });

        var answer = await _mesh.GetAsync(headers: [("x-set", "mine"), ("x-add", "mine"), ("x-gone", "mine"), ("x-new", "mine"), ("x-kept", "mine")]);

        Assert.Equal(expected, answer.Body);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_routes_authority_goes_before_its_destinations(int destinations)
    {
        var destination = new HttpRouteDestination(new("user-service", "ctx1", null), 1, new(new([new("Host", "destination")], [], []), HeaderOperations.None));
        _mesh.Set(new() { Destinations = [.. Enumerable.Repeat(destination, destinations)], Headers = new(new([new("Host", "route")], [new("Host", "added")], []), HeaderOperations.None) });

        Assert.Equal("ctx1 GET route /", (await _mesh.GetAsync()).Body);
    }

    [Fact]
    public async Task Response_headers_are_changed_on_their_way_back()
    {
        _mesh.Ctx1.Answer = context =>
        {
            context.Response.Headers["x-gone"] = context.Response.Headers["x-set"] = "service";
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("x");
        };
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Headers = new(HeaderOperations.None, new([new("x-set", "mesh"), new("Content-Type", "text/plain")], [new("x-new", "1")], ["x-gone"])) });

        var headers = (await _mesh.GetAsync()).Response;

        Assert.Equal(("mesh", "1", false, "text/plain"), (
            headers.Headers.GetValues("x-set").Single(), headers.Headers.GetValues("x-new").Single(), headers.Headers.Contains("x-gone"), headers.Content.Headers.ContentType!.ToString()));
    }

    [Theory]
    [InlineData("Host")]
    [InlineData(":authority")]
    public async Task The_authority_is_set_like_a_header(string name)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Headers = new(new([new(name, "example.com")], [], []), HeaderOperations.None) });

        Assert.Equal("ctx1 GET example.com /", (await _mesh.GetAsync()).Body);
    }

    [Theory]
    [InlineData("/api/", "/", "/api/users?q=1", "/users?q=1")]
    [InlineData("/api", "/v2", "/api/users", "/v2/users")]
    [InlineData("/api", "/v2", "/api", "/v2")]
    [InlineData(null, "/v2/", "/users", "/v2/users")]
    public async Task A_rewrite_takes_the_matched_prefixs_place(string? prefix, string uri, string target, string expected)
    {
        HttpMatch[] matches = prefix is null ? [] : [new() { Uri = new StringMatch.Prefix(prefix) }];
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Matches = matches, Rewrite = new(uri, "rewritten", null) });

        Assert.Equal($"ctx1 GET rewritten {expected}", (await _mesh.GetAsync($"http://user-service{target}")).Body);
    }

    [Theory]
    [InlineData("evil.example/", "/evil.example/a")]
    [InlineData("@evil.example/", "/@evil.example/a")]
    [InlineData("/b HTTP/1.1\r\nX: y\r\n\r\n", "/b%20HTTP/1.1%0D%0AX:%20y%0D%0A%0D%0Aa")]
    [InlineData("/#", "/%23a")]
    [InlineData("/한😀", "/%ED%95%9C%F0%9F%98%80a")]
    public async Task A_rewrite_never_changes_more_than_the_path(string uri, string expected)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Rewrite = new(uri, null, null) });

        Assert.Equal($"ctx1 GET user-service {expected}", (await _mesh.GetAsync("http://user-service/a")).Body);
    }

    [Theory]
    [InlineData("exact")]
    [InlineData("regex")]
    public async Task A_rewrite_of_any_other_match_takes_the_whole_paths_place(string kind)
    {
        StringMatch match = kind == "exact" ? new StringMatch.Exact("/a/b") : StringMatch.Regular.Parse("/a/.*");
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Matches = [new() { Uri = match }], Rewrite = new("/c", null, null) });

        Assert.Equal("ctx1 GET user-service /c?q", (await _mesh.GetAsync("http://user-service/a/b?q")).Body);
    }

    [Theory]
    [InlineData("^/service/([^/]+)(/.*)$", @"\2/instance/\1", "/service/foo/v1/api", "/v1/api/instance/foo")]
    [InlineData("one", "two", "/xxx/one/yyy/one/zzz", "/xxx/two/yyy/two/zzz")]
    [InlineData("a", @"$0\\", "/a", @"/$0\")]
    public async Task A_regular_rewrite_is_RE2s(string match, string rewrite, string target, string expected)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Rewrite = new(null, null, new(Re2.Parse(match), rewrite)) });

        Assert.Equal($"ctx1 GET user-service {expected}", (await _mesh.GetAsync($"http://user-service{target}")).Body);
    }

    [Theory]
    [InlineData(null, null, null, null, RedirectPort.FromProtocolDefault, "http://user-service/a?b=1")]
    [InlineData("/new", null, null, null, RedirectPort.FromProtocolDefault, "http://user-service/new?b=1")]
    [InlineData("/new?c", "example.com", null, null, RedirectPort.FromProtocolDefault, "http://example.com/new?c")]
    [InlineData(null, null, "https", null, RedirectPort.FromProtocolDefault, "https://user-service/a?b=1")]
    [InlineData(null, null, "https", 8443, RedirectPort.FromProtocolDefault, "https://user-service:8443/a?b=1")]
    [InlineData(null, null, "https", null, RedirectPort.FromRequestPort, "https://user-service:80/a?b=1")]
    public async Task A_redirect_changes_what_it_names(string? uri, string? authority, string? scheme, int? port, RedirectPort derive, string location)
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

        Assert.Equal(location, (await _mesh.GetAsync("http://user-service/a", ("Host", host))).Response.Headers.GetValues("Location").Single());
    }

    [Fact]
    public async Task A_direct_response_is_given_by_nobody()
    {
        _mesh.Set(new() { DirectResponse = new(503, Encoding.UTF8.GetBytes("closed")), Headers = new(HeaderOperations.None, new([new("Retry-After", "60")], [], [])) });

        var answer = await _mesh.GetAsync();

        Assert.Equal((503, "closed", "60"), (answer.Status, answer.Body, answer.Response.Headers.GetValues("Retry-After").Single()));
    }
}
