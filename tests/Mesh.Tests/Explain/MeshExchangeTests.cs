using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Tests.Forwarding;

namespace MessageBoard.Mesh.Tests.Explain;

/// <summary>What is told of each request, without words made for it.</summary>
public sealed class MeshExchangeTests : ForwardingTest
{
    [Fact]
    public async Task An_aborted_request_says_where_it_would_have_gone()
    {
        _mesh.Set(TestMesh.ToSubset("ctx2") with { Fault = new(null, new(503, 100)) });

        var answer = await _mesh.GetAsync();

        Assert.Equal(("ctx2", null, 0), (answer.Exchange.Notes.Heading, answer.Exchange.Notes.Rule, answer.Exchange.Notes.Tries));
        Assert.Equal(("ctx2", false), (answer.Explanation.Destination!.Subset, answer.Explanation.Destination.Sent));
        Assert.Equal(0, _mesh.Ctx2.Requests);
    }

    [Fact]
    public async Task One_that_went_off_says_so_whether_there_was_a_pod_or_not()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1"));
        var answered = await _mesh.GetAsync();
        _mesh.Set(TestMesh.ToSubset("empty"));
        var unanswered = await _mesh.GetAsync();

        Assert.Equal((true, "ctx1"), (answered.Explanation.Destination!.Sent, answered.Exchange.Notes.Heading));
        Assert.Equal((true, "empty"), (unanswered.Explanation.Destination!.Sent, unanswered.Exchange.Notes.Heading));
        Assert.Equal((TimeSpan.Zero, 0, 0), (
            answered.Exchange.Notes.Delay, answered.Exchange.Notes.Retried.Count, answered.Exchange.Notes.MirrorClusters.Count));
    }

    [Fact]
    public async Task A_destination_that_may_be_in_any_cluster_is_not_heading_for_one()
    {
        _mesh.Set(TestMesh.ToAll());

        Assert.Null((await _mesh.GetAsync()).Exchange.Notes.Heading);
    }

    [Fact]
    public async Task A_delay_says_how_long()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Fault = new(new(TimeSpan.FromMilliseconds(30), 100), null) });

        Assert.Equal(TimeSpan.FromMilliseconds(30), (await _mesh.GetAsync()).Exchange.Notes.Delay);
    }

    [Fact]
    public async Task Retries_say_each_try()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Retries = new() { Attempts = 2, On = RetryConditions.ServerError, Backoff = TimeSpan.FromMilliseconds(1) },
        });
        _mesh.Ctx1.AnswerWith(503);

        var answer = await _mesh.GetAsync();

        Assert.Equal(Enumerable.Repeat(new MeshTry("ctx1", "ctx1", 503, null), 3), answer.Exchange.Notes.Retried);
    }

    [Fact]
    public async Task A_try_without_an_answer_says_why()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1"));
        await _mesh.Ctx1.DisposeAsync();

        var tries = (await _mesh.GetAsync()).Exchange.Notes.Retried;

        Assert.Equal(3, tries.Count);
        Assert.All(tries, attempt => Assert.Equal((null, "UF"), (attempt.Status, attempt.Flag)));
    }

    [Fact]
    public async Task Copies_say_their_clusters()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Mirrors = [new(new("user-service", "ctx2", null), 100)] });

        Assert.Equal(["ctx2"], (await _mesh.GetAsync()).Exchange.Notes.MirrorClusters);
    }
}
