using MessageBoard.Shared.Sessions;
using MessageBoard.Shared.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Services.Tests.Sessions;

/// <summary>How long sessions last, and whose they are.</summary>
public abstract class SessionStoreTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly Redis _redis;
    private readonly SessionStore _sessions;

    protected SessionStoreTests(Board board)
    {
        var redis = board.Stores.Environment["ConnectionStrings__Redis"];
        _redis = new(new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Redis", redis)]).Build(), new());
        _sessions = new(_redis, _clock);
    }

    // A busy machine may take more than the second that a command waits for the first connection.
    public async ValueTask InitializeAsync() => await Eventually.IsTrueAsync(
        async () => (await _redis.CheckHealthAsync(new())).Status == HealthStatus.Healthy, "Redis answers");

    public ValueTask DisposeAsync()
    {
        _redis.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_session_ends_after_twelve_hours_however_it_is_used()
    {
        var token = await _sessions.CreateAsync(SomebodysSession());
        for (var hour = 0; hour < 12; hour++)
        {
            Assert.NotNull(await _sessions.FindAsync(token));
            _clock.Advance(TimeSpan.FromMinutes(59.9));
        }

        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await _sessions.FindAsync(token));
        Assert.Null(await _sessions.FindAsync(token));
    }

    [Fact]
    public async Task All_sessions_of_one_user_end_and_no_other()
    {
        var (mine, other) = (SomebodysSession(), SomebodysSession());
        var tokens = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _sessions.CreateAsync(mine)));
        var others = await _sessions.CreateAsync(other);

        await _sessions.DeleteOthersAsync(mine.UserId, tokens[2]);
        foreach (var token in tokens)
            Assert.Equal(token == tokens[2], await _sessions.FindAsync(token) is not null);

        await _sessions.DeleteOthersAsync(mine.UserId, kept: null);
        Assert.Null(await _sessions.FindAsync(tokens[2]));
        Assert.Equal(other, await _sessions.FindAsync(others));
        await _sessions.DeleteOthersAsync(mine.UserId, kept: null);
    }

    private static Session SomebodysSession() => new(Random.Shared.NextInt64(1L << 40, 1L << 50), "somebody", IsAdmin: false);
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedSessionStoreTests(EmbeddedBoard board) : SessionStoreTests(board);

[Collection(Boards.Servers)]
public sealed class ServerSessionStoreTests(ServerBoard board) : SessionStoreTests(board);
