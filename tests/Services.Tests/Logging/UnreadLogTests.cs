namespace MessageBoard.Services.Tests.Logging;

/// <summary>A process whose log nobody reads, as under a launcher that is frozen.</summary>
public sealed class UnreadLogTests
{
    private const int Calls = 4_000; // a pipe and the logger's queue have room for about 2,500 lines

    [Fact]
    public async Task Requests_are_answered_all_the_same()
    {
        using var folder = new TemporaryFolder();
        var port = Repository.FreePort();
        using var service = new TestProcess("sh", ["-c", "dotnet \"$0\" | sleep 1000", Board.Assembly("message-service")],
            new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
                ["ConnectionStrings__Sqlite"] = $"Data Source={Path.Combine(folder.Path, "board.db")}",
                ["ConnectionStrings__Redis"] = "127.0.0.1:1",
                ["Mesh__Folder"] = folder.Path,
            });
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        await Eventually.IsTrueAsync(async () =>
        {
            try
            {
                return (await client.GetAsync("/healthz/ready")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "the service is ready");

        await Parallel.ForEachAsync(Enumerable.Range(0, Calls), async (_, cancellationToken) =>
        {
            using var answer = await client.GetAsync("/api/messages/nothing", cancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        });
    }
}
