namespace MessageBoard.Services.Tests.Events;

/// <summary>From a call to the two lists of calls.</summary>
public abstract class ApiCallEventsTests(Board board) : BoardTests(board)
{
    [Fact]
    public async Task A_call_reaches_both_logs_with_its_trace_and_only_its_caller_and_the_admin_see_it()
    {
        var (name, cookie) = await Board.NewUserAsync();
        var (_, other) = await Board.NewUserAsync();
        var admin = await Board.LogInAsync("admin", Board.AdminPassword);
        var trace = $"{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/messages/search?q=hidden");
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using var response = await Messages.SendAsync(request);

        foreach (var log in (string[])["/api/logs/redis", "/api/logs/kafka"])
        {
            JsonElement call = default;
            await Eventually.IsTrueAsync(
                async () =>
                {
                    // Each look is a call of its own, and only the newest 50 are shown.
                    await Task.Delay(450);
                    return Find(await Logs.JsonAsync(log, cookie), out call);
                },
                $"the call is in {log}");
            Assert.Equal(name, call.GetProperty("user").GetString());
            Assert.Equal("/api/messages/search", call.GetProperty("path").GetString());
            Assert.Equal(200, call.GetProperty("status").GetInt32());
            Assert.Equal("message-service", call.GetProperty("service").GetString());
            Assert.Equal("ctx2", call.GetProperty("cluster").GetString());
            Assert.DoesNotContain("hidden", call.GetRawText());

            Assert.True(Find(await Logs.JsonAsync(log, admin), out _), $"the admin sees the call in {log}");
            Assert.False(Find(await Logs.JsonAsync(log, other), out _), $"others do not see the call in {log}");
        }

        bool Find(JsonElement list, out JsonElement call)
        {
            call = list.GetProperty("items").EnumerateArray().FirstOrDefault(item => item.GetProperty("traceId").GetString() == trace);
            return call.ValueKind == JsonValueKind.Object;
        }
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedApiCallEventsTests(EmbeddedBoard board) : ApiCallEventsTests(board);

[Collection(Boards.Servers)]
public sealed class ServerApiCallEventsTests(ServerBoard board) : ApiCallEventsTests(board);
