using MessageBoard.Mesh.Explain;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>A route's timeout holds until the response has ended; a try's own only until it has begun.</summary>
public sealed class TimedContentTests : ForwardingTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_takes_longer_breaks_off(bool withLength)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = Short });
        _mesh.Ctx1.Answer = async context =>
        {
            context.Response.ContentLength = withLength ? 100 : null;
            await context.Response.WriteAsync("begun");
            await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);
        };
        var exchange = new MeshExchange();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/");
        request.Options.Set(MeshExchange.Key, exchange);

        using var response = await _mesh.SendAsync(request);
        using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        await body.ReadExactlyAsync(buffer.AsMemory(0, 5));
        var failure = await Record.ExceptionAsync(() => body.ReadAsync(buffer).AsTask());

        Assert.IsType<IOException>(failure);
        Assert.Equal((200, ResponseFlags.UT, "UT"), ((int)response.StatusCode, exchange.Flags, exchange.Notes.Explain()!.Flags));
        exchange.Complete();
    }

    [Fact]
    public async Task A_caller_who_reads_it_whole_hears_of_it_too()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = Short });
        _mesh.Ctx1.Answer = async context =>
        {
            await context.Response.WriteAsync("begun");
            await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);
        };

        await Assert.ThrowsAsync<HttpRequestException>(() => _mesh.GetAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_timeout_and_with_one_for_a_try_a_body_may_take_any_time(bool perTry)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Timeout = perTry ? TimeSpan.FromMinutes(5) : null,
            Retries = new() { Attempts = 1, PerTryTimeout = perTry ? Short : null },
        });
        _mesh.Ctx1.Answer = async context =>
        {
            await context.Response.WriteAsync("begun");
            await Task.Delay(2 * Short);
            await context.Response.WriteAsync(", ended");
        };

        var answer = await _mesh.GetAsync();

        Assert.Equal((200, "begun, ended", ResponseFlags.None), (answer.Status, answer.Body, answer.Flags));
    }

    [Fact]
    public async Task A_caller_who_leaves_is_no_timeout()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = TimeSpan.FromMinutes(5) });
        _mesh.Ctx1.Answer = async context =>
        {
            await context.Response.WriteAsync("begun");
            await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);
        };
        var exchange = new MeshExchange();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/");
        request.Options.Set(MeshExchange.Key, exchange);
        using var response = await _mesh.SendAsync(request);
        using var gone = new CancellationTokenSource(100);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => response.Content.CopyToAsync(Stream.Null, gone.Token));

        Assert.Equal(ResponseFlags.None, exchange.Flags);
        exchange.Complete();
    }

    [Fact]
    public async Task Headers_of_the_body_stay_as_they_were()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = TimeSpan.FromMinutes(5) });
        _mesh.Ctx1.Answer = context =>
        {
            context.Response.ContentType = "text/x-own; a=b";
            context.Response.Headers.Append("Content-Language", new(["ko", "en"]));
            context.Response.Headers.Expires = "-1";
            context.Response.ContentLength = 3;
            return context.Response.WriteAsync("abc");
        };

        var answer = await _mesh.GetAsync();

        var headers = answer.Response.Content.Headers.NonValidated;
        Assert.Equal(
            ("text/x-own; a=b", "ko, en", "-1", "3", "abc"),
            (headers["Content-Type"].ToString(), headers["Content-Language"].ToString(), headers["Expires"].ToString(),
                headers["Content-Length"].ToString(), answer.Body));
    }
}
