using System.Diagnostics;
using System.Net.Sockets;
using MessageBoard.Shared.Stores;
using Microsoft.Extensions.Configuration;

namespace MessageBoard.Services.Tests.Stores;

/// <summary>What a command meets when the other side is gone, silent, or back.</summary>
public sealed class RedisTests : IDisposable
{
    private readonly int _port = Repository.FreePort();
    private readonly Redis _redis;

    public RedisTests() => _redis = new(
        new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Redis", $"127.0.0.1:{_port}")]).Build(), new());

    public void Dispose() => _redis.Dispose();

    [Fact]
    public async Task A_command_that_failed_is_not_sent_when_Redis_is_back()
    {
        using (StartServer())
            await Eventually.IsTrueAsync(async () => await CountAsync() == 1, "the first command works");

        Assert.Null(await CountAsync());

        using var back = StartServer(); // its data is gone
        long? count = null;
        await Eventually.IsTrueAsync(async () => (count = await CountAsync()) is not null, "commands work again");
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task One_that_does_not_answer_is_waited_for_a_second()
    {
        using var silent = new TcpListener(IPAddress.Loopback, _port);
        silent.Start();
        var started = Stopwatch.GetTimestamp();

        Assert.Null(await CountAsync());

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.9, 10); // ten times slower
    }

    private TestProcess StartServer() => new("redis-server", ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", ""]);

    private async Task<long?> CountAsync()
    {
        try
        {
            return await _redis.RunAsync(redis => redis.StringIncrementAsync("count"));
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }
}
