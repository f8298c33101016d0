using MessageBoard.Mesh.Tests.Loading;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>What a DestinationRule says of connections, counted by the server.</summary>
public sealed class ConnectionPoolsTests : ForwardingTest
{
    [Theory]
    [InlineData("http: {maxRequestsPerConnection: 1}", 5)]
    [InlineData("http: {maxRequestsPerConnection: 0}", 0)]
    [InlineData("tcp: {idleTimeout: 0s}", 0)]
    [InlineData("tcp: {maxConnectionDuration: 1h}", 0)]
    public async Task Connections_are_kept_or_not(string pool, int more)
    {
        Set(pool);
        await _mesh.GetAsync();
        var before = _mesh.Ctx1.Connections;
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await _mesh.GetAsync()).Status);

        Assert.Equal(more, _mesh.Ctx1.Connections - before);
    }

    [Theory]
    [InlineData("tcp: {maxConnectionDuration: 1ms}")]
    [InlineData("tcp: {idleTimeout: 1ms}")]
    [InlineData("http: {idleTimeout: 1ms}, tcp: {idleTimeout: 1h}")]
    public async Task A_connection_ends_when_its_time_is_up(string pool)
    {
        Set(pool);
        await Eventually.IsTrueAsync(
            async () =>
            {
                Assert.Equal(200, (await _mesh.GetAsync()).Status);
                return _mesh.Ctx1.Connections >= 3;
            },
            "a third connection is made");
    }

    [Theory]
    [InlineData("{name: SameSite, value: Strict}, {name: Secure}", "; SameSite=Strict; Secure; HttpOnly")]
    [InlineData("", "; HttpOnly")]
    public async Task A_hashs_cookie_has_its_attributes(string attributes, string expected)
    {
        _mesh.Set(policy: Loaded.Policy(
            $"loadBalancer: {{consistentHash: {{httpCookie: {{name: user, path: /a, ttl: 60s, attributes: [{attributes}]}}}}}}")
            .OnlyPolicy());

        var answer = await _mesh.GetAsync();

        Assert.EndsWith(
            $"; Max-Age=60; Path=/a{expected}", Assert.Single(answer.Response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    private void Set(string pool) => _mesh.Set(policy: Loaded.Policy($"connectionPool: {{{pool}}}").OnlyPolicy());
}
