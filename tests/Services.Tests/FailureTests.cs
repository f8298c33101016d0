using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace MessageBoard.Services.Tests;

/// <summary>What callers see when something is gone. Each test breaks a board of its own, on the real servers.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private readonly ServerBoard _board = new();

    public ValueTask InitializeAsync() => _board.InitializeAsync();

    public ValueTask DisposeAsync() => _board.DisposeAsync();

    [Fact]
    public async Task Without_Redis_a_ping_is_answered_and_a_session_is_unavailable_until_it_is_back()
    {
        var (_, cookie) = await _board.NewUserAsync();
        using var users = _board.Client("user-service");
        _board.Stores.StopRedis();

        using var ping = await users.GetAsync("/api/users/ping");
        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);

        using var me = await users.SendAsync(HttpMethod.Get, "/api/users/me", cookie);
        var problem = await me.IsProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("Redis is not available just now.", problem.GetProperty("detail").GetString());

        using var ready = await users.GetAsync("/healthz/ready");
        Assert.Equal("Degraded", (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());

        await _board.Stores.StartRedisAsync();
        await Eventually.IsTrueAsync(async () =>
        {
            using var login = await users.PostAsJsonAsync("/api/login", new { username = "admin", password = Board.AdminPassword });
            return login.IsSuccessStatusCode;
        }, "one can log in again");
    }

    [Fact]
    public async Task Calls_made_while_Redis_is_away_are_in_its_list_when_it_is_back()
    {
        using var users = _board.Client("user-service");
        using var logs = _board.Client("log-service");
        _board.Stores.StopRedis();
        var trace = $"{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping");
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using var ping = await users.SendAsync(request);

        await _board.Stores.StartRedisAsync();

        await Eventually.IsTrueAsync(async () =>
        {
            // Each is a call too, and the list shows the newest 50.
            using var login = await users.PostAsJsonAsync("/api/login", new { username = "admin", password = Board.AdminPassword });
            if (!login.IsSuccessStatusCode)
            {
                await Task.Delay(500);
                return false;
            }

            using var list = await logs.SendAsync(
                HttpMethod.Get, "/api/logs/redis", login.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
            return list.IsSuccessStatusCode && (await list.Content.ReadAsStringAsync()).Contains(trace);
        }, "the call is in the list");
    }

    [Fact]
    public async Task Without_the_database_the_answer_is_quick_and_it_comes_back()
    {
        var (_, cookie) = await _board.NewUserAsync();
        using var messages = _board.Client("message-service");
        ((ServerStores)_board.Stores).StopMariaDb();

        var started = Stopwatch.GetTimestamp();
        using var list = await messages.SendAsync(HttpMethod.Get, "/api/messages", cookie);
        await list.IsProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(50)); // the limit is 5 s
        using var ping = await messages.GetAsync("/api/messages/ping");
        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);

        await ((ServerStores)_board.Stores).StartMariaDbAsync();
        await Eventually.IsTrueAsync(async () =>
        {
            using var posted = await messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = "back again" });
            return posted.StatusCode == HttpStatusCode.Created;
        }, "messages are kept again");
    }

    [Fact]
    public async Task Without_user_service_messages_come_without_their_authors()
    {
        var (_, cookie) = await _board.NewUserAsync();
        using var messages = _board.Client("message-service");
        await messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message = "whose?" });
        _board.Process("user-service").Kill();

        var item = (await messages.JsonAsync("/api/messages", cookie)).GetProperty("items")[0];

        Assert.Equal("whose?", item.GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, item.GetProperty("author").ValueKind);
    }

    [Fact]
    public async Task A_rotated_admin_password_takes_effect_at_the_next_start()
    {
        var session = await _board.LogInAsync("admin", Board.AdminPassword);
        await File.WriteAllTextAsync(_board.AdminPasswordFile, "the admin's second password");
        _board.Start("user-service");
        await _board.ReadyAsync("user-service");

        await _board.LogInAsync("admin", "the admin's second password");
        using var users = _board.Client("user-service");
        using var old = await users.PostAsJsonAsync("/api/login", new { username = "admin", password = Board.AdminPassword });
        await old.IsProblemAsync(HttpStatusCode.Unauthorized);
        await Eventually.IsTrueAsync(async () =>
        {
            using var me = await users.SendAsync(HttpMethod.Get, "/api/users/me", session);
            return me.StatusCode == HttpStatusCode.Unauthorized;
        }, "the sessions of the old one end");
    }

    [Fact]
    public async Task Kafka_that_never_answers_is_told_of_once_and_so_is_its_return()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0); // the kernel takes connections, and nobody reads them
        silent.Start();
        using var folder = new TemporaryFolder();
        folder.Write("brokers", $"{silent.LocalEndpoint}");
        var port = Repository.FreePort();
        using var process = _board.Launch("log-service", port, new Dictionary<string, string>
        {
            ["Kafka__BootstrapServers"] = "",
            ["Kafka__BootstrapServersFile"] = folder["brokers"],
        });
        using var logs = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        var (_, cookie) = await _board.NewUserAsync();

        await Eventually.IsTrueAsync(() => TellOfKafka().Length > 0, "the log tells of it");
        using var first = await logs.GetAsync("/healthz/ready"); // a second probe is not told of
        using var ready = await logs.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Matches("^Degraded: no answer for [0-9]+ s, 0 calls wait, 0 were dropped$", await ReadyAsync());
        Assert.False((await logs.JsonAsync("/api/logs/kafka", cookie)).GetProperty("available").GetBoolean());

        var asked = SecondsOf(await ReadyAsync());
        await Eventually.IsTrueAsync(async () => SecondsOf(await ReadyAsync()) >= asked + 3, "the call has waited for a while");
        folder.Write("brokers", _board.Brokers);
        await Eventually.IsTrueAsync(
            async () => (await logs.JsonAsync("/api/logs/kafka", cookie)).GetProperty("available").GetBoolean(), "it is back");
        Assert.Collection(
            TellOfKafka(),
            gone => Assert.Contains("Kafka does not answer.", gone, StringComparison.Ordinal),
            back => Assert.Matches("Kafka answers again, after [0-9]+ s: [1-9][0-9]* calls waited, 0 were dropped", back));

        async Task<string> ReadyAsync() =>
            (await logs.GetFromJsonAsync<JsonElement>("/healthz/ready")).GetProperty("checks").GetProperty("kafka").GetString()!;

        static int SecondsOf(string absence) =>
            int.Parse(Regex.Match(absence, "no answer for ([0-9]+) s").Groups[1].Value, CultureInfo.InvariantCulture);

        string[] TellOfKafka() =>
            [.. process.Output.Where(line => line.Contains("Warning") && line.Contains("kafka", StringComparison.OrdinalIgnoreCase))];
    }

    [Fact]
    public async Task What_is_no_call_on_the_topic_is_passed_over()
    {
        var config = new Confluent.Kafka.ProducerConfig { BootstrapServers = _board.Brokers };
        using (var producer = new Confluent.Kafka.ProducerBuilder<string, string>(config).Build())
        {
            foreach (var junk in (string[])["not json", "{}", "null", """{"id":"00000000000000000000000000000000"}"""])
                await producer.ProduceAsync(Shared.Events.Kafka.Topic, new() { Key = "k", Value = junk });
        }

        var (name, cookie) = await _board.NewUserAsync();
        using var logs = _board.Client("log-service");
        await Eventually.IsTrueAsync(
            async () => (await logs.JsonAsync("/api/logs/kafka", cookie)).GetRawText().Contains(name), "calls behind the junk arrive");
    }
}
