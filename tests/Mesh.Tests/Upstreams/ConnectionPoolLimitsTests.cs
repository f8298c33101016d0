using MessageBoard.Mesh.Tests.Forwarding;

namespace MessageBoard.Mesh.Tests.Upstreams;

public sealed class ConnectionPoolLimitsTests : ForwardingTest
{
    private readonly TaskCompletionSource _open = new();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _mesh.Ctx1.Answer = _ => _open.Task;
    }

    [Theory]
    [InlineData(1, 1, null, 1, 2)]
    [InlineData(2, null, null, 2, 10)]
    [InlineData(3, 2, null, 3, 5)]
    [InlineData(null, null, 4, 4, 4)]
    [InlineData(5, 5, 2, 2, 2)]
    public async Task What_is_too_much_is_refused_and_the_rest_waits_its_turn(
        int? connections, int? pending, int? requests, int atOnce, int answered)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Retries = new() { Attempts = 3, On = RetryConditions.ServerError } },
            new()
            {
                ConnectionPool =
                new() { MaxConnections = connections, Http1MaxPendingRequests = pending, Http2MaxRequests = requests }
            });

        var asked = Enumerable.Range(0, 10).Select(_ => _mesh.GetAsync()).ToList();
        await Eventually.IsTrueAsync(
            () => _mesh.Ctx1.Requests == atOnce && asked.Count(answer => answer.IsCompleted) == 10 - answered, "all limits are reached");
        _open.SetResult();
        var answers = await Task.WhenAll(asked);

        Assert.Equal(answered, answers.Count(answer => answer.Status == 200));
        var refused = answers.Where(answer => answer.Status != 200).ToList();
        Assert.Equal(10 - answered, refused.Count);
        Assert.All(refused, answer =>
        {
            Assert.Equal((503, ResponseFlags.UO), (answer.Status, answer.Flags));
            Assert.Contains("upstream overflow", answer.Body, StringComparison.Ordinal);
            Assert.Equal("UO", Assert.Single(answer.Explanation.Attempts).Flag);
        });
        Assert.Equal(answered, _mesh.Ctx1.Requests);
    }

    [Fact]
    public async Task A_place_is_free_again_when_the_response_has_ended()
    {
        _open.SetResult();
        _mesh.Set(policy: new() { ConnectionPool = new() { MaxConnections = 1, Http1MaxPendingRequests = 1, Http2MaxRequests = 1 } });

        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await _mesh.GetAsync()).Status);
    }

    [Fact]
    public async Task A_caller_who_leaves_the_queue_leaves_no_gap()
    {
        _mesh.Set(policy: new() { ConnectionPool = new() { MaxConnections = 1, Http1MaxPendingRequests = 1 } });
        var first = _mesh.GetAsync();
        await Eventually.IsTrueAsync(() => _mesh.Ctx1.Requests == 1, "the first is under way");
        using var gone = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/");
        var second = _mesh.SendAsync(request, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        var third = _mesh.GetAsync();
        _open.SetResult();

        Assert.Equal((200, 200), ((await first).Status, (await third).Status));
    }
}
