namespace MessageBoard.Services.Tests.Stores;

/// <summary>A table of calls as it was before they told who answered, with rows, becomes one of today.</summary>
public abstract class AddedColumnsTests(Board board) : BoardTests(board)
{
    [Fact]
    public async Task A_table_of_before_keeps_its_rows_which_are_services_and_takes_new_ones()
    {
        var database = Board.Stores.Database();
        var trace = $"{Guid.NewGuid():N}";
        var admin = await Board.LogInAsync("admin", Board.AdminPassword);
        Board.Process("log-service").Kill();
        await database.ExecuteAsync("ALTER TABLE kafka_logs DROP COLUMN answered_by");
        await database.ExecuteAsync("ALTER TABLE kafka_logs DROP COLUMN flags");
        await InsertAsync();

        using (var second = Board.Launch("log-service", Repository.FreePort())) // two at once
        {
            Board.Start("log-service");
            await Board.ReadyAsync("log-service");
            await InsertAsync(); // by a process of before
            Assert.False(second.HasExited);
        }

        var calls = (await Logs.JsonAsync($"/api/logs/kafka?traceId={trace}", admin)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            [("service", JsonValueKind.Null), ("service", JsonValueKind.Null)],
            calls.Select(call => (call.GetProperty("answeredBy").GetString(), call.GetProperty("flags").ValueKind)));

        Task InsertAsync() => database.ExecuteAsync(
            """
            INSERT INTO kafka_logs (id, time, user_name, method, path, route, status, duration_ms, service, cluster, pod, trace_id)
            VALUES (@id, @time, NULL, 'GET', '/', '/', 200, 1, 's', 'c', 'p', @trace)
            """,
            new { id = $"{Guid.NewGuid():N}", time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), trace });
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedAddedColumnsTests(EmbeddedBoard board) : AddedColumnsTests(board);

[Collection(Boards.Servers)]
public sealed class ServerAddedColumnsTests(ServerBoard board) : AddedColumnsTests(board);
