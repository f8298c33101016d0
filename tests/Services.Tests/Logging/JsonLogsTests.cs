namespace MessageBoard.Services.Tests.Logging;

/// <summary>The services' own log.</summary>
public abstract class JsonLogsTests(Board board) : BoardTests(board)
{
    [Fact]
    public async Task A_log_line_is_json_with_its_trace_and_no_secret()
    {
        var (name, cookie) = await Board.NewUserAsync();
        using var wrong = await Users.PostAsJsonAsync("/api/login", new { username = name, password = "a wrong password" });

        var trace = (await wrong.IsProblemAsync(HttpStatusCode.Unauthorized)).GetProperty("traceId").GetString();
        await Eventually.IsTrueAsync(
            () => Board.Process("user-service").Output.Any(line => line.Contains($"\"trace_id\":\"{trace}\"")), "the call's own line");
        var own = JsonDocument.Parse(Board.Process("user-service").Output.First(line => line.Contains(trace!))).RootElement;
        Assert.Matches("^[0-9a-f]{16}$", own.GetProperty("span_id").GetString());
        Assert.NotEmpty(own.GetProperty("request_id").GetString()!);

        foreach (var service in (string[])["user-service", "message-service", "log-service"])
        {
            Assert.NotEmpty(Board.Process(service).Output);
            foreach (var line in Board.Process(service).Output)
            {
                var record = JsonDocument.Parse(line).RootElement;
                Assert.Equal(service, record.GetProperty("service").GetString());
                Assert.Equal("ctx2", record.GetProperty("cluster").GetString());
                Assert.EndsWith("-kghtc", record.GetProperty("pod").GetString());
                Assert.DoesNotContain("correct horse battery", line);
                Assert.DoesNotContain("a wrong password", line);
                Assert.DoesNotContain(cookie["session=".Length..], line);
                Assert.DoesNotContain(Board.AdminPassword, line);
                Assert.DoesNotContain(name, line);
            }
        }
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedJsonLogsTests(EmbeddedBoard board) : JsonLogsTests(board);

[Collection(Boards.Servers)]
public sealed class ServerJsonLogsTests(ServerBoard board) : JsonLogsTests(board);
