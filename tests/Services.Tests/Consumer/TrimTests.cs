namespace MessageBoard.Services.Tests.Consumer;

/// <summary>The table of calls does not grow for ever.</summary>
public abstract class TrimTests(Board board) : BoardTests(board)
{
    private const int Rows = 5_500, MaxRows = 1_500; // several deletes

    [Fact]
    public async Task Of_more_rows_than_are_kept_the_oldest_go_and_of_old_ones_all()
    {
        var database = Board.Stores.Database();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var old = DateTimeOffset.UtcNow.AddDays(-2).ToUnixTimeMilliseconds();
        await database.ExecuteManyAsync(
            """
            INSERT INTO kafka_logs (id, time, user_name, method, path, route, status, duration_ms, service, cluster, pod, trace_id)
            VALUES (@id, @time, NULL, 'GET', '/', '/', 200, 1, 's', 'c', 'p', '00000000000000000000000000000000')
            """,
            [
                // Of all rows the newest: others of this board do not come between.
                .. Enumerable.Range(0, Rows).Select(i => new { id = $"{Guid.NewGuid():N}", time = now + 60_000 + i }),
                new { id = $"{Guid.NewGuid():N}", time = old },
            ]);

        using var service = Board.Launch("log-service", Repository.FreePort(), new Dictionary<string, string>
        {
            ["Logs__MaxRows"] = $"{MaxRows}",
            ["Kafka__BootstrapServers"] = "127.0.0.1:1", // trims without brokers too
        });
        await Eventually.IsTrueAsync(
            async () =>
            {
                await Task.Delay(100);
                return await CountAsync("1 = 1") <= MaxRows;
            },
            "only the newest are left");

        Assert.Equal(MaxRows, await CountAsync($"time >= {now + 60_000 + Rows - MaxRows} AND time < {now + 60_000 + Rows}"));
        Assert.Equal(0, await CountAsync($"time <= {old}"));
        await database.ExecuteAsync("DELETE FROM kafka_logs WHERE time >= @future", new { future = now + 60_000 });

        Task<long> CountAsync(string where) => database.QuerySingleOrDefaultAsync<long>($"SELECT COUNT(*) FROM kafka_logs WHERE {where}");
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedTrimTests(EmbeddedBoard board) : TrimTests(board);

[Collection(Boards.Servers)]
public sealed class ServerTrimTests(ServerBoard board) : TrimTests(board);
