using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Tests.Forwarding;

public sealed class RewritingTests : ForwardingTest
{
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
}
