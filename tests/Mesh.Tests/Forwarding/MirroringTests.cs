namespace MessageBoard.Mesh.Tests.Forwarding;

public sealed class MirroringTests : ForwardingTest
{
    [Fact]
    public async Task A_copy_goes_to_the_other_service_and_says_that_it_is_one()
    {
        _mesh.Set(Mirrored(100));
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/a") { Content = new StringContent("안녕") };

        var answer = await _mesh.AskAsync(request);

        await Eventually.IsTrueAsync(() => _mesh.Ctx2.Requests == 1, "the copy");
        Assert.Equal("ctx1 POST user-service /a", answer.Body);
        Assert.Equal(("안녕", "안녕"), (Assert.Single(_mesh.Ctx1.Bodies), Assert.Single(_mesh.Ctx2.Bodies)));
        Assert.Equal("user-service-shadow", Assert.Single(_mesh.Ctx2.Hosts));
        Assert.Equal([$"{TestMesh.Service}|ctx2"], answer.Explanation.Mirrors);
    }

    [Fact]
    public async Task A_copy_has_the_target_that_the_rules_made()
    {
        _mesh.Set(Mirrored(100) with
        {
            Matches = [new() { Uri = new StringMatch.Prefix("/a") }],
            Rewrite = new("/b", "example.com:81", null),
        });

        Assert.Equal("ctx1 GET example.com:81 /b/c?d=e", (await _mesh.GetAsync("http://user-service/a/c?d=e")).Body);
        await Eventually.IsTrueAsync(() => _mesh.Ctx2.Requests == 1, "the copy");
        Assert.Equal("example.com-shadow:81", Assert.Single(_mesh.Ctx2.Hosts));
        Assert.Equal("/b/c?d=e", Assert.Single(_mesh.Ctx2.Targets));
    }

    [Fact]
    public async Task A_copys_answer_and_its_failure_concern_nobody()
    {
        _mesh.Set(Mirrored(100));
        _mesh.Ctx2.HangUp();
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await _mesh.GetAsync()).Status);

        await _mesh.Ctx2.DisposeAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await _mesh.GetAsync()).Status);
    }

    [Fact]
    public async Task A_slow_copy_holds_nobody_up()
    {
        _mesh.Set(Mirrored(100));
        _mesh.Ctx2.Answer = context => Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);

        Assert.Equal(200, (await _mesh.GetAsync()).Status);
    }

    [Fact]
    public async Task A_part_is_copied()
    {
        const int Requests = 2000;
        _mesh.Set(Mirrored(25));
        for (var i = 0; i < Requests; i++)
            await _mesh.GetAsync();

        var deviation = Math.Sqrt(Requests * 0.25 * 0.75);
        await Eventually.IsTrueAsync(() => _mesh.Ctx2.Requests > Requests * 0.25 - 4.9 * deviation, "the copies");
        Assert.True(_mesh.Ctx2.Requests < Requests * 0.25 + 4.9 * deviation);
    }

    private static HttpRoute Mirrored(double percentage) =>
        TestMesh.ToSubset("ctx1") with { Mirrors = [new(new("user-service", "ctx2", null), percentage)] };
}
