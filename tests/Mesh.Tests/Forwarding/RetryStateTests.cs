using System.Diagnostics;
using MessageBoard.Mesh.Explain;

namespace MessageBoard.Mesh.Tests.Forwarding;

public sealed class RetryStateTests : ForwardingTest
{
    [Fact]
    public async Task By_default_a_dead_endpoint_costs_a_retry_elsewhere_and_nobody_notices()
    {
        _mesh.Set(TestMesh.ToAll());
        await _mesh.Ctx1.DisposeAsync();

        for (var i = 0; i < 50; i++)
        {
            var answer = await _mesh.GetAsync();
            Assert.Equal((200, ResponseFlags.None), (answer.Status, answer.Flags));
            Assert.InRange(answer.Explanation.Attempts.Count, 1, 3);
        }
    }

    [Theory]
    [InlineData(true, 200, "ctx1 ctx1 ctx2")]
    [InlineData(false, 503, "ctx1 ctx1 ctx1 ctx1")]
    public async Task Retries_go_on_to_another_locality_where_they_are_told_to(bool remote, int status, string tries)
    {
        var retries = new HttpRetry
        {
            Attempts = 3,
            On = RetryConditions.ServerError,
            RemoteLocalities = remote,
            Backoff = TimeSpan.FromMilliseconds(1),
        };
        _mesh.Set(TestMesh.ToAll() with { Retries = retries }, new() { OutlierDetection = new() { Consecutive5xxErrors = 0 } });
        _mesh.Ctx1.AnswerWith(503);

        var answer = await _mesh.GetAsync();

        Assert.Equal(status, answer.Status);
        Assert.Equal(tries, string.Join(' ', answer.Explanation.Attempts.Select(attempt => attempt.Workload)));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(409)]
    public async Task By_default_an_answer_is_an_answer(int status)
    {
        _mesh.Ctx1.AnswerWith(status);

        var answer = await _mesh.GetAsync();

        Assert.Equal((status, 1, ResponseFlags.None), (answer.Status, _mesh.Ctx1.Requests, answer.Flags));
    }

    [Theory]
    [InlineData(RetryConditions.ServerError, 500, 4)]
    [InlineData(RetryConditions.GatewayError, 500, 1)]
    [InlineData(RetryConditions.GatewayError, 503, 4)]
    [InlineData(RetryConditions.Retriable4xx, 409, 4)]
    [InlineData(RetryConditions.Retriable4xx, 404, 1)]
    [InlineData(RetryConditions.RetriableStatusCodes, 418, 4)]
    [InlineData(RetryConditions.Reset, 503, 1)]
    public async Task What_is_tried_again_hangs_on_retryOn(RetryConditions on, int status, int requests)
    {
        _mesh.Set(Retry(3, on, [418]));
        _mesh.Ctx1.AnswerWith(status);

        var answer = await _mesh.GetAsync();

        Assert.Equal(
            (status, requests, requests > 1 ? ResponseFlags.URX : ResponseFlags.None), (answer.Status, _mesh.Ctx1.Requests, answer.Flags));
        Assert.Equal(requests, answer.Explanation.Attempts.Count);
        Assert.All(answer.Explanation.Attempts, attempt => Assert.Equal((status, "ctx1"), (attempt.Status, attempt.Workload)));
    }

    [Theory]
    [InlineData(RetryConditions.Reset, 3)]
    [InlineData(RetryConditions.ServerError, 3)]
    [InlineData(RetryConditions.ConnectFailure, 1)]
    public async Task A_broken_connection_is_a_reset(RetryConditions on, int requests)
    {
        _mesh.Set(Retry(2, on));
        _mesh.Ctx1.HangUp();

        var answer = await _mesh.GetAsync();

        Assert.Equal((503, requests), (answer.Status, answer.Explanation.Attempts.Count));
        Assert.All(answer.Explanation.Attempts, attempt => Assert.Equal("UC", attempt.Flag));
        Assert.Equal(requests > 1 ? ResponseFlags.UC | ResponseFlags.URX : ResponseFlags.UC, answer.Flags);
    }

    [Fact]
    public async Task Grpcs_status_counts_as_Envoy_has_it()
    {
        _mesh.Ctx1.Answer = context =>
        {
            context.Response.Headers["grpc-status"] = "14";
            return Task.CompletedTask;
        };

        Assert.Equal(3, (await _mesh.GetAsync()).Explanation.Attempts.Count);
    }

    [Fact]
    public async Task Attempts_0_switches_retries_off()
    {
        _mesh.Set(Retry(0, RetryConditions.ServerError));
        _mesh.Ctx1.AnswerWith(500);

        Assert.Equal((1, ResponseFlags.None), ((await _mesh.GetAsync()).Explanation.Attempts.Count, (await _mesh.GetAsync()).Flags));
    }

    [Fact]
    public async Task A_small_body_is_sent_again_as_it_was()
    {
        _mesh.Set(Retry(2, RetryConditions.ServerError));
        _mesh.Ctx1.AnswerWith(500);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/") { Content = new StringContent("안녕") };

        await _mesh.AskAsync(request);

        Assert.Equal(["안녕", "안녕", "안녕"], _mesh.Ctx1.Bodies);
    }

    [Theory]
    [InlineData(100_000, true)]
    [InlineData(10, false)]
    public async Task A_body_that_comes_once_is_sent_again_too(int length, bool withLength)
    {
        _mesh.Set(Retry(2, RetryConditions.ServerError));
        _mesh.Ctx1.AnswerWith(500);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/") { Content = new Once(new byte[length]) };
        if (withLength)
            request.Content.Headers.ContentLength = length;

        await _mesh.AskAsync(request);

        Assert.Equal([length, length, length], _mesh.Ctx1.Bodies.Select(body => body.Length));
    }

    [Fact]
    public async Task A_body_that_comes_slowly_does_not_count_for_the_timeout()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = TimeSpan.FromSeconds(1) });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/")
        {
            Content = new Once(new byte[10], TimeSpan.FromSeconds(1.5)),
        };

        Assert.Equal(200, (await _mesh.AskAsync(request)).Status);
    }

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("POST", 1)]
    [InlineData("DELETE", 1)]
    public async Task What_may_have_had_an_effect_is_not_sent_again_when_a_kept_connection_ends(string method, int requests)
    {
        await _mesh.GetAsync();
        _mesh.Ctx1.CloseOnce();
        using var request = new HttpRequestMessage(new(method), "http://user-service/");

        var answer = await _mesh.AskAsync(request);

        Assert.Equal(
            (requests, requests == 1 ? 503 : 200, requests == 1 ? ResponseFlags.UC : ResponseFlags.None),
            (_mesh.Ctx1.Requests - 1, answer.Status, answer.Flags));
    }

    [Fact]
    public async Task A_body_that_never_went_out_is_tried_elsewhere()
    {
        _mesh.Set(TestMesh.ToAll());
        await _mesh.Ctx1.DisposeAsync();

        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/") { Content = new Once(new byte[10]) };
            Assert.Equal(200, (await _mesh.AskAsync(request)).Status);
        }

        Assert.Equal(20, _mesh.Ctx2.Bodies.Count(body => body.Length == 10));
    }

    [Fact]
    public async Task Each_try_has_its_own_timeout_and_the_route_one_for_all()
    {
        _mesh.Ctx1.Answer = context => Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Retries = new() { Attempts = 1, On = RetryConditions.ServerError, PerTryTimeout = TimeSpan.FromMilliseconds(100) },
        });
        var perTry = await _mesh.GetAsync();

        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Timeout = TimeSpan.FromMilliseconds(100),
            Retries = new() { Attempts = 5, On = RetryConditions.ServerError },
        });
        var started = Stopwatch.GetTimestamp();
        var whole = await _mesh.GetAsync();

        Assert.Equal((504, 2, ResponseFlags.UT | ResponseFlags.URX), (perTry.Status, perTry.Explanation.Attempts.Count, perTry.Flags));
        Assert.Contains("upstream request timeout", perTry.Body, StringComparison.Ordinal);
        Assert.Equal((504, 1, ResponseFlags.UT), (whole.Status, whole.Explanation.Attempts.Count, whole.Flags));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.09, 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2000L * 3600 * 1000)]
    [InlineData(200L * 365 * 24 * 3600 * 1000)]
    public async Task Every_timeout_that_Istio_accepts_is_borne(long milliseconds)
    {
        var timeout = TimeSpan.FromMilliseconds(milliseconds);
        _mesh.Ctx1.Answer = _ => Task.Delay(50);
        _mesh.Set(
            TestMesh.ToSubset("ctx1") with { Timeout = timeout, Retries = new() { Attempts = 1, PerTryTimeout = timeout } },
            new() { ConnectionPool = new() { ConnectTimeout = timeout, IdleTimeout = timeout } });

        Assert.Equal(milliseconds == 1 ? 504 : 200, (await _mesh.GetAsync()).Status);
    }

    [Fact]
    public async Task A_route_that_times_out_between_two_tries_ends_so()
    {
        _mesh.Ctx1.AnswerWith(503);
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Timeout = TimeSpan.FromMilliseconds(300),
            Retries = new() { Attempts = 5, On = RetryConditions.ServerError, Backoff = TimeSpan.FromHours(1) },
        });

        var answer = await _mesh.GetAsync();

        Assert.Equal((504, ResponseFlags.UT), (answer.Status, answer.Flags));
    }

    [Fact]
    public async Task A_backoff_of_any_length_is_borne()
    {
        _mesh.Ctx1.AnswerWith(503);
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Timeout = TimeSpan.FromMilliseconds(300),
            Retries = new() { Attempts = 5, On = RetryConditions.ServerError, Backoff = TimeSpan.FromDays(200 * 365) },
        });

        Assert.Equal(504, (await _mesh.GetAsync()).Status);
    }

    [Fact]
    public async Task A_caller_who_leaves_gets_no_answer()
    {
        _mesh.Ctx1.Answer = context => Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/");
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _mesh.SendAsync(request, gone.Token));
    }

    [Fact]
    public async Task No_more_retries_are_under_way_than_the_pool_allows()
    {
        _mesh.Set(Retry(3, RetryConditions.ServerError), new() { ConnectionPool = new() { MaxRetries = 1 } });
        _mesh.Ctx1.Answer = async context =>
        {
            await Task.Delay(50);
            context.Response.StatusCode = 500;
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _mesh.GetAsync()));

        Assert.All(answers, answer => Assert.Equal(500, answer.Status));
        Assert.InRange(_mesh.Ctx1.Requests, 11, 25); // unbounded it would be 40
        Assert.Contains(answers, answer => answer.Flags == ResponseFlags.UO);
    }

    [Fact]
    public async Task A_retry_that_waits_in_its_backoff_has_the_pools_place_already()
    {
        var slow = Retry(1, RetryConditions.ServerError);
        slow = slow with { Retries = slow.Retries! with { Backoff = TimeSpan.FromHours(1000) } };
        _mesh.Set(slow, new() { ConnectionPool = new() { MaxRetries = 1 } });
        _mesh.Ctx1.AnswerWith(500);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/");
        using var gone = new CancellationTokenSource();
        var exchange = new MeshExchange();
        request.Options.Set(MeshExchange.Key, exchange);
        var waiting = _mesh.SendAsync(request, gone.Token);
        await Eventually.IsTrueAsync(() => exchange.Notes.Explain()?.Attempts is [{ Status: 500 }], "the first try has failed");

        var refused = await _mesh.GetAsync("http://user-service/", ("x-envoy-upstream-rq-timeout-ms", "10000"));
        Assert.Equal((500, ResponseFlags.UO), (refused.Status, refused.Flags));

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _mesh.Set(Retry(1, RetryConditions.ServerError));

        Assert.Equal((2, ResponseFlags.URX), await TriesAsync()); // free again

        async Task<(int, ResponseFlags)> TriesAsync()
        {
            var answer = await _mesh.GetAsync();
            return (answer.Explanation.Attempts.Count, answer.Flags);
        }
    }

    [Fact]
    public async Task A_message_can_be_sent_twice()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/a");

        Assert.Equal(200, (await _mesh.AskAsync(request)).Status);
        Assert.Equal("ctx1 GET user-service /a", (await _mesh.AskAsync(request)).Body);
    }

    private static HttpRoute Retry(int attempts, RetryConditions on, IReadOnlyList<int>? codes = null) =>
        TestMesh.ToSubset("ctx1") with
        {
            Retries = new()
            {
                Attempts = attempts,
                On = on,
                StatusCodes = on == RetryConditions.RetriableStatusCodes ? codes! : [],
                Backoff = TimeSpan.FromMilliseconds(1),
            }
        };

    /// <summary>A body that can be read once, as a caller's network stream.</summary>
    private sealed class Once(byte[] bytes, TimeSpan after = default) : HttpContent
    {
        private bool _read;

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            Assert.False(_read);
            _read = true;
            await Task.Delay(after);
            await stream.WriteAsync(bytes);
        }

        protected override bool TryComputeLength(out long length) => (length = 0) > 0;
    }
}
