using MessageBoard.Mesh.Names;
using MessageBoard.Mesh.Tests.Forwarding;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Mesh.Tests.Egress;

/// <summary>Services whose addresses DNS knows.</summary>
public sealed class DnsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private TestBackend _backend = null!;

    public async ValueTask InitializeAsync() => _backend = await TestBackend.StartAsync("one");

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Fact]
    public async Task All_addresses_of_a_name_are_endpoints()
    {
        using var mesh = new EgressMesh();
        mesh.Names["outside.example"] = ["127.0.0.1", "127.0.0.2", "127.0.0.1"];
        mesh.Apply(Entry("DNS"), EgressMesh.Rule("outside.example", "loadBalancer: {simple: ROUND_ROBIN}"));

        var tried = new List<string>();
        for (var i = 0; i < 10; i++)
            tried.Add((await mesh.GetAsync("http://outside.example/")).Explanation.Attempts[0].Endpoint!);

        // 127.0.0.2 has no server: the try is made again elsewhere.
        Assert.Equal(
            [$"127.0.0.1:{_backend.Port}", $"127.0.0.2:{_backend.Port}"], tried.Distinct().Order());
        Assert.Equal(10, _backend.Requests);
    }

    [Fact]
    public async Task Names_of_endpoints_are_looked_up_in_place_of_the_hosts()
    {
        using var mesh = new EgressMesh();
        mesh.Names["real.example"] = ["127.0.0.1"];
        mesh.Apply(EgressMesh.Service("*.outside.example", $$"""
            resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}],
            endpoints: [{address: real.example, ports: {http: {{_backend.Port}} } }]
            """));

        Assert.Equal("one GET a.outside.example /", (await mesh.GetAsync("http://a.outside.example/")).Body);
        Assert.Equal(["real.example"], mesh.Asked.Distinct());
    }

    [Fact]
    public async Task Round_robin_makes_new_connections_to_the_first_address_and_keeps_those_there_are()
    {
        await using var other = await TestBackend.StartAsync("other", $"127.0.0.2:{_backend.Port}");
        using var mesh = new EgressMesh(clock: _clock);
        mesh.Names["outside.example"] = ["127.0.0.1", "127.0.0.2"];
        mesh.Apply(Entry("DNS_ROUND_ROBIN"));
        Assert.Equal(10, (await mesh.CountAsync("http://outside.example/", 10))["one"]);
        Assert.Equal(1, _backend.Connections);

        mesh.Names["outside.example"] = ["127.0.0.2"];
        var asked = mesh.Asked.Count;
        await AskAgainAsync(() => mesh.Asked.Count > asked + 1);

        Assert.Equal(10, (await mesh.CountAsync("http://outside.example/", 10))["one"]); // by the connection there is
        _backend.CloseConnections = true;
        await mesh.GetAsync("http://outside.example/");
        Assert.Equal(10, (await mesh.CountAsync("http://outside.example/", 10))["other"]);
    }

    [Fact]
    public async Task The_last_good_answer_stays_and_a_new_one_is_taken()
    {
        await using var other = await TestBackend.StartAsync("other", $"127.0.0.2:{_backend.Port}");
        using var mesh = new EgressMesh(clock: _clock);
        mesh.Names["outside.example"] = ["127.0.0.1"];
        mesh.Apply(Entry("DNS"));
        Assert.Equal(5, (await mesh.CountAsync("http://outside.example/", 5))["one"]);

        mesh.Names.TryRemove("outside.example", out _);
        var asked = mesh.Asked.Count;
        await AskAgainAsync(() => mesh.Asked.Count > asked + 1);
        Assert.Equal(5, (await mesh.CountAsync("http://outside.example/", 5))["one"]);

        mesh.Names["outside.example"] = ["127.0.0.2"];
        await AskAgainAsync(async () => (await mesh.GetAsync("http://outside.example/")).Body == "other GET outside.example /");
        Assert.Equal(5, (await mesh.CountAsync("http://outside.example/", 5))["other"]);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_has_no_endpoints()
    {
        using var mesh = new EgressMesh();
        mesh.Apply(Entry("DNS"));

        var answer = await mesh.GetAsync("http://outside.example/");

        Assert.Equal((503, "UH"), (answer.Status, answer.Flags));
    }

    [Fact]
    public async Task A_resolver_that_hangs_is_not_waited_for_and_hinders_no_other_name()
    {
        var hangs = new TaskCompletionSource<IPAddress[]>();
        using var mesh = new EgressMesh(
            (name, _) => name == "outside.example" ? hangs.Task : Task.FromResult<IPAddress[]>([IPAddress.Loopback]), _clock);
        mesh.Apply(Entry("DNS"), EgressMesh.Service("good.example", $$"""
            resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP, targetPort: {{_backend.Port}} }]
            """, "good"));

        var waiting = mesh.GetAsync("http://outside.example/");
        Assert.Equal("one GET good.example /", (await mesh.GetAsync("http://good.example/")).Body);
        Assert.False(waiting.IsCompleted);

        await AskAgainAsync(() => waiting.IsCompleted);
        Assert.Equal((503, "UH"), ((await waiting).Status, (await waiting).Flags));
        Assert.Equal("UH", (await mesh.GetAsync("http://outside.example/")).Flags); // at once, from now on
    }

    [Fact]
    public async Task Names_that_the_configuration_has_no_more_are_not_asked_for()
    {
        using var mesh = new EgressMesh(clock: _clock);
        mesh.Names["outside.example"] = ["127.0.0.1"];
        mesh.Names["other.example"] = ["127.0.0.1"];
        mesh.Apply(Entry("DNS"));
        await mesh.GetAsync("http://outside.example/");

        mesh.Apply(EgressMesh.Service("other.example", $$"""
            resolution: DNS, ports: [{number: 80, name: http, targetPort: {{_backend.Port}} }]
            """));
        await mesh.GetAsync("http://other.example/");
        var before = mesh.Asked.Count(name => name == "outside.example");
        await AskAgainAsync(() => mesh.Asked.Count(name => name == "other.example") > 3);

        Assert.Equal(before, mesh.Asked.Count(name => name == "outside.example"));
    }

    private string Entry(string resolution) => EgressMesh.Service("outside.example", $$"""
        resolution: {{resolution}}, ports: [{number: 80, name: http, protocol: HTTP, targetPort: {{_backend.Port}} }]
        """);

    private Task<TimeSpan> AskAgainAsync(Func<bool> until) => AskAgainAsync(() => Task.FromResult(until()));

    // The next questions are some seconds away, by a clock that only the test moves on.
    private Task<TimeSpan> AskAgainAsync(Func<Task<bool>> until) => Eventually.IsTrueAsync(
        () =>
        {
            _clock.Advance(NameCache.Timeout);
            return until();
        },
        "names are asked for again");
}
