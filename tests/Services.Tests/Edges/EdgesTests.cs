using MessageBoard.Shared.Edges;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;
using Microsoft.Extensions.Configuration;

namespace MessageBoard.Services.Tests.Edges;

/// <summary>What the services tell of their calls, with telemetry off.</summary>
public abstract class EdgesTests(Board board, string database) : BoardTests(board)
{
    [Fact]
    public async Task Each_service_tells_whom_it_has_called()
    {
        var (_, cookie) = await Board.NewUserAsync();
        using var redis = new Redis(new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:Redis", Board.Stores.Environment["ConnectionStrings__Redis"])]).Build(), new());
        HashSet<(string, string?, string, string?, bool)> edges = [];

        await Eventually.IsTrueAsync(async () =>
        {
            using var posted = await Messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = "hello" });
            using var list = await Messages.SendAsync(HttpMethod.Get, "/api/messages", cookie);
            foreach (var field in await redis.RunUnseenAsync(redis => redis.HashGetAllAsync(EdgeReport.Key)))
            {
                var report = EdgeReport.Read((byte[]?)field.Value)!;
                Assert.StartsWith($"{report.Service}-ctx2-", field.Name.ToString(), StringComparison.Ordinal);
                foreach (var calls in report.Calls)
                    edges.Add((report.Service, report.Cluster, calls.To, calls.Cluster, calls.Store));
            }

            return Has("message-service", "user-service", "ctx2", false)
                && Has("message-service", database, null, true)
                && Has("message-service", "redis", null, true)
                && Has("message-service", "kafka", null, true)
                && Has("user-service", database, null, true)
                && Has("log-service", "kafka", null, true)
                && Has("log-service", database, null, true);
        }, "all edges are told");

        bool Has(string from, string to, string? cluster, bool store) => edges.Contains((from, "ctx2", to, cluster, store));
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedEdgesTests(EmbeddedBoard board) : EdgesTests(board, CallTarget.Sqlite.Name);

[Collection(Boards.Servers)]
public sealed class ServerEdgesTests(ServerBoard board) : EdgesTests(board, CallTarget.MariaDb.Name);
