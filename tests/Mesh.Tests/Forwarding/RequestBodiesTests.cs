using System.Security.Cryptography;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>What has at most 1 MiB is kept, so that it can be sent again and mirrored; larger bodies pass on as they come.</summary>
public sealed class RequestBodiesTests : ForwardingTest
{
    private const int Mebi = 1024 * 1024;

    [Theory]
    [InlineData(Mebi, true, 3)]
    [InlineData(Mebi, false, 3)]
    [InlineData(Mebi + 1, true, 1)]
    [InlineData(Mebi + 1, false, 1)]
    [InlineData(3 * Mebi, false, 1)]
    public async Task It_is_sent_again_and_mirrored_if_it_is_kept_and_comes_whole_in_any_case(int length, bool withLength, int tries)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Retries = new() { Attempts = 2, On = RetryConditions.ServerError, Backoff = TimeSpan.FromMilliseconds(1) },
            Mirrors = [new(new("user-service", "ctx2", null), 100)],
        });
        _mesh.Ctx1.AnswerWith(500);
        var bytes = Printable(length);

        var answer = await PostAsync(new Once(bytes, withLength));

        Assert.Equal((500, tries), (answer.Status, answer.Explanation.Attempts.Count));
        Assert.Equal(Enumerable.Repeat(Encoding.ASCII.GetString(bytes), tries), _mesh.Ctx1.Bodies);
        Assert.Equal(tries > 1 ? 1 : 0, answer.Explanation.Mirrors.Count);
        Assert.Equal(
            tries > 1 ? [] : ["a body over 1 MiB passes on as it comes: it is not sent again, and not mirrored"],
            answer.Explanation.Notes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task As_long_as_none_of_it_has_gone_another_endpoint_is_tried(bool withLength)
    {
        _mesh.Set(TestMesh.ToAll());
        await _mesh.Ctx1.DisposeAsync();

        for (var i = 0; i < 10; i++)
            Assert.Equal((200, ResponseFlags.None), Result(await PostAsync(new Once(new byte[2 * Mebi], withLength))));

        Assert.Equal(10, _mesh.Ctx2.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_timeout_begins_when_all_of_it_has_gone(bool withLength)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = TimeSpan.FromSeconds(1) });
        var slow = new Once(new byte[2 * Mebi], withLength, TimeSpan.FromSeconds(1.5));
        Assert.Equal((200, ResponseFlags.None), Result(await PostAsync(slow)));

        _mesh.Ctx1.Answer = context => Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);
        Assert.Equal((504, ResponseFlags.UT), Result(await PostAsync(new Once(new byte[2 * Mebi], withLength))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whose_body_breaks_off_is_told_so_and_it_is_not_the_endpoints_fault(bool withLength)
    {
        _mesh.Set(policy: new() { OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 } });
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAnyAsync<Exception>(() => PostAsync(new Once(new byte[2 * Mebi], withLength, breaksOff: true)));

        Assert.Equal(200, (await _mesh.GetAsync()).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_nobody_takes_it_its_sender_is_let_go(bool withLength)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Retries = new() { Attempts = 0 } });
        await _mesh.Ctx1.DisposeAsync();
        var body = new Once(new byte[2 * Mebi], withLength);

        Assert.Equal((503, ResponseFlags.UF), Result(await PostAsync(body)));

        if (!withLength)
            await body.Ended.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Only_so_many_are_kept_at_once_and_their_places_come_back()
    {
        var all = new TaskCompletionSource();
        _mesh.Ctx1.Answer = _ => all.Task;
        for (var round = 0; round < 2; round++)
        {
            all = new();
            var answers = Enumerable.Range(0, 80).Select(_ => PostAsync(new Once(new byte[Mebi], withLength: true))).ToArray();
            await Eventually.IsTrueAsync(() => _mesh.Ctx1.Requests == 80 * (round + 1), "all have come");
            all.SetResult();

            // 64 MiB.
            Assert.Equal(16, (await Task.WhenAll(answers)).Count(answer => answer.Explanation.Notes.Count > 0));
        }
    }

    private static (int, ResponseFlags) Result(TestMesh.Answer answer) => (answer.Status, answer.Flags);

    private static byte[] Printable(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)('a' + bytes[i] % 26);

        return bytes;
    }

    private async Task<TestMesh.Answer> PostAsync(HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/") { Content = content };
        return await _mesh.AskAsync(request);
    }

    /// <summary>A body that can be read once, as a caller's network stream.</summary>
    private sealed class Once(byte[] bytes, bool withLength, TimeSpan pause = default, bool breaksOff = false) : HttpContent
    {
        private readonly TaskCompletionSource _ended = new();
        private bool _read;

        public Task Ended => _ended.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Assert.False(_read);
            _read = true;
            try
            {
                await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
                await Task.Delay(pause);
                if (breaksOff)
                    throw new IOException("The caller broke off.");

                foreach (var piece in bytes.AsMemory(bytes.Length / 2).ToArray().Chunk(100_000))
                    await stream.WriteAsync(piece);
            }
            finally
            {
                _ended.TrySetResult();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return withLength;
        }
    }
}
