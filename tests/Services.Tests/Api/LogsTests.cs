namespace MessageBoard.Services.Tests.Api;

/// <summary>Figures of the calls.</summary>
public abstract class LogsTests(Board board) : BoardTests(board)
{
    [Fact]
    public async Task Stats_count_the_callers_own_calls()
    {
        var (_, cookie) = await Board.NewUserAsync();
        for (var i = 0; i < 5; i++)
            await Messages.JsonAsync("/api/messages", cookie);

        JsonElement window = default;
        await Eventually.IsTrueAsync(async () =>
        {
            window = (await Logs.JsonAsync("/api/logs/stats", cookie)).GetProperty("windows")[0];
            return window.GetProperty("requests").GetInt32() >= 5 && window.GetProperty("paths")
                .EnumerateArray()
                .Any(path => path.GetProperty("path").GetString() == "/api/messages" && path.GetProperty("requests").GetInt32() == 5);
        }, "five calls are counted");

        Assert.Equal(5, window.GetProperty("minutes").GetInt32());
        Assert.Equal(0, window.GetProperty("errors").GetInt32());
        Assert.True(window.GetProperty("p95Ms").GetDouble() > 0);
        Assert.Equal(Math.Round(window.GetProperty("requests").GetInt32() / 5.0, 2), window.GetProperty("requestsPerMinute").GetDouble());
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedLogsTests(EmbeddedBoard board) : LogsTests(board);

[Collection(Boards.Servers)]
public sealed class ServerLogsTests(ServerBoard board) : LogsTests(board);
