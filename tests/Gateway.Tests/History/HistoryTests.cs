using MessageBoard.Gateway.Tests.Traffic;

namespace MessageBoard.Gateway.Tests.History;

/// <summary>What the gateway remembers of real requests.</summary>
public sealed class HistoryTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task Three_seconds_of_requests_are_in_the_history_with_their_weights()
    {
        var (sent, slow, failed) = (0, 0, 0);
        var until = DateTimeOffset.UtcNow.AddSeconds(3);
        for (; DateTimeOffset.UtcNow < until; sent++)
        {
            var query = sent % 10 == 0 ? "?delay=60" : sent % 10 == 1 ? "?status=503" : "";
            using var response = await gateway.Client.GetAsync($"/api/messages{query}");
            slow += sent % 10 == 0 ? 1 : 0;
            failed += (int)response.StatusCode >= 500 ? 1 : 0;
        }

        var history = await ReadAsync("");
        var points = history.GetProperty("services").EnumerateArray()
            .Single(row => row.GetProperty("service").GetString() == "message-service").GetProperty("points").EnumerateArray().ToList();

        Assert.Equal(1, history.GetProperty("stepSeconds").GetInt32());
        Assert.InRange(points.Count, 3, 10);
        Assert.Equal(sent, points.Sum(point => point.GetProperty("total").GetInt64()));
        Assert.Equal(failed, points.Sum(point => point.GetProperty("errors").GetInt64()));
        Assert.Equal(sent, points.Sum(point => point.GetProperty("drawn").EnumerateObject().Sum(cluster => cluster.Value.GetInt64())));
        Assert.All(points, point => Assert.Equal("""{"ctx1":30,"ctx2":70}""", point.GetProperty("weights").GetRawText()));
        Assert.Contains(points, point => point.GetProperty("p95Ms").GetDouble() > 55);
        var (from, to) = (history.GetProperty("from").GetDateTimeOffset(), history.GetProperty("to").GetDateTimeOffset());
        Assert.Equal(TimeSpan.FromMinutes(5), to - from);
        Assert.All(points, point => Assert.InRange(
            point.GetProperty("time").GetInt64(), from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds() - 1));
    }

    [Fact]
    public async Task Each_second_is_told_when_it_is_over()
    {
        await using var events = await EventReader.OpenAsync(gateway.Client);
        await events.ReadAsync();
        using var response = await gateway.Client.GetAsync("/api/logs/redis");
        var (_, request) = await events.ReadAsync("request", row => row.GetProperty("service").GetString() == "log-service");

        var (_, second) = await events.ReadAsync("second", row => row.GetProperty("services").EnumerateArray().Any(IsLogService));

        var point = second.GetProperty("services").EnumerateArray().Single(IsLogService).GetProperty("point");
        Assert.Equal(request.GetProperty("time").GetDateTimeOffset().ToUnixTimeSeconds(), point.GetProperty("time").GetInt64());
        Assert.Equal(1, point.GetProperty("total").GetInt32());
        Assert.Equal(1, point.GetProperty("drawn").GetProperty(request.GetProperty("cluster").GetString()!).GetInt32());

        static bool IsLogService(JsonElement row) => row.GetProperty("service").GetString() == "log-service";
    }

    [Theory]
    [InlineData("?minutes=1", 1, 1)]
    [InlineData("?minutes=5", 5, 1)]
    [InlineData("?minutes=15", 15, 3)]
    [InlineData("?minutes=60", 60, 12)]
    public async Task A_longer_time_has_longer_steps_and_no_more_points(string query, int minutes, int step)
    {
        var history = await ReadAsync(query);

        Assert.Equal(step, history.GetProperty("stepSeconds").GetInt32());
        Assert.Equal(
            TimeSpan.FromMinutes(minutes),
            history.GetProperty("to").GetDateTimeOffset() - history.GetProperty("from").GetDateTimeOffset());
        Assert.Equal(3, history.GetProperty("services").GetArrayLength());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("61")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("an hour")]
    [InlineData("")]
    public async Task Other_minutes_are_refused_by_name(string minutes)
    {
        using var response = await gateway.Client.GetAsync($"/api/traffic/history?minutes={Uri.EscapeDataString(minutes)}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            "has to be a whole number from 1 to 60.",
            (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").GetProperty("minutes")[0].GetString());
    }

    private Task<JsonElement> ReadAsync(string query) => gateway.Client.GetFromJsonAsync<JsonElement>($"/api/traffic/history{query}");
}
