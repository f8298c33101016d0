using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MessageBoard.Services.Tests.Running;

namespace MessageBoard.Services.Tests.Api;

/// <summary>The API as the design has it; the same tests on both sets of stores.</summary>
public abstract class ApiTests : IDisposable
{
    private readonly Board _board;
    private readonly HttpClient _users;
    private readonly HttpClient _messages;
    private readonly HttpClient _logs;

    protected ApiTests(Board board) =>
        (_board, _users, _messages, _logs) = (board, board.Client("user-service"), board.Client("message-service"), board.Client("log-service"));

    public void Dispose()
    {
        _users.Dispose();
        _messages.Dispose();
        _logs.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("user-service", "/api/users/ping", 200)]
    [InlineData("message-service", "/api/messages/ping", 200)]
    [InlineData("log-service", "/api/logs/ping", 200)]
    [InlineData("user-service", "/api/users/me", 401)]
    [InlineData("user-service", "/api/users/nobody/at/all", 404)]
    [InlineData("log-service", "/openapi/v1.json", 200)]
    [InlineData("message-service", "/healthz/ready", 200)]
    public async Task Every_answer_says_who_answered(string service, string path, int status)
    {
        using var client = _board.Client(service);
        using var response = await client.GetAsync(path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(service, response.Headers.GetValues("X-Service-Name").Single());
        Assert.Equal("ctx2", response.Headers.GetValues("X-Service-Cluster").Single());
        Assert.Equal($"{service}-ctx2-754bc8dd6f-kghtc", response.Headers.GetValues("X-Pod-Name").Single());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("a_b.c-1")]
    [InlineData("김철수")]
    [InlineData("प्रिया")]
    [InlineData("Žofie")]
    [InlineData("محمد")]
    [InlineData("𠮷野家")]
    public async Task A_name_of_any_alphabet_registers_logs_in_and_comes_back_unchanged(string name)
    {
        var unique = $"{name}{Guid.NewGuid():N}"[..(name.Length + 10)];
        using var registered = await _users.PostAsJsonAsync("/api/register", new { username = unique, password = "비밀번호🔑 with a very long tail" });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);

        var cookie = await _board.LogInAsync(unique, "비밀번호🔑 with a very long tail");

        var me = await _users.JsonAsync("/api/users/me", cookie);
        Assert.Equal(unique, me.GetProperty("username").GetString());
        Assert.False(me.GetProperty("isAdmin").GetBoolean());
    }

    [Theory]
    [InlineData("ab", "long enough", "username")]
    [InlineData("a name", "long enough", "username")]
    [InlineData("emoji😀", "long enough", "username")]
    [InlineData("a/b", "long enough", "username")]
    [InlineData("<script>", "long enough", "username")]
    [InlineData("abcdefghijklmnopqrstuvwxyz1234567", "long enough", "username")]
    [InlineData(null, "long enough", "username")]
    [InlineData("fine", "1234567", "password")]
    [InlineData("fine", null, "password")]
    public async Task A_registration_that_breaks_a_rule_names_the_field(string? username, string? password, string field)
    {
        using var response = await _users.PostAsJsonAsync("/api/register", new { username, password });

        await response.IsProblemAsync(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task A_password_may_have_256_characters_and_no_more()
    {
        using var longest = await _users.PostAsJsonAsync("/api/register", new { username = $"u{Guid.NewGuid():N}"[..20], password = new string('x', 256) });
        using var longer = await _users.PostAsJsonAsync("/api/register", new { username = $"u{Guid.NewGuid():N}"[..20], password = new string('x', 257) });

        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
        await longer.IsProblemAsync(HttpStatusCode.BadRequest, "password");
    }

    [Fact]
    public async Task A_taken_name_is_a_conflict_in_any_case_and_composition()
    {
        var tail = $"{Guid.NewGuid():N}"[..10];
        using var first = await _users.PostAsJsonAsync("/api/register", new { username = $"Zo\u00eb{tail}", password = "long enough" });
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        foreach (var same in (string[])[$"zo\u00eb{tail}", $"ZOE\u0308{tail}".Replace(tail.ToUpperInvariant(), tail), "Admin"])
        {
            using var second = await _users.PostAsJsonAsync("/api/register", new { username = same, password = "long enough" });
            await second.IsProblemAsync(HttpStatusCode.Conflict);
        }
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_get_the_same_answer()
    {
        var (name, _) = await _board.NewUserAsync();
        using var wrong = await _users.PostAsJsonAsync("/api/login", new { username = name, password = "not the password" });
        using var unknown = await _users.PostAsJsonAsync("/api/login", new { username = "nobody_at_all", password = "not the password" });

        var first = await wrong.IsProblemAsync(HttpStatusCode.Unauthorized);
        var second = await unknown.IsProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(first.GetProperty("detail").GetString(), second.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Logging_out_ends_the_session_at_once()
    {
        var (_, cookie) = await _board.NewUserAsync();
        using var response = await _users.SendAsync(HttpMethod.Post, "/api/logout", cookie);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);

        using var after = await _users.SendAsync(HttpMethod.Get, "/api/users/me", cookie);
        await after.IsProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_cookie_is_for_the_browser_alone()
    {
        var (name, _) = await _board.NewUserAsync();
        using var response = await _users.PostAsJsonAsync("/api/login", new { username = name, password = "correct horse battery" });

        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=strict", cookie);
        Assert.Contains("path=/", cookie);
    }

    [Fact]
    public async Task The_admin_has_the_password_of_the_file_and_sees_all_users()
    {
        var (name, _) = await _board.NewUserAsync();
        var cookie = await _board.LogInAsync("admin", Board.AdminPassword);

        Assert.True((await _users.JsonAsync("/api/users/me", cookie)).GetProperty("isAdmin").GetBoolean());
        var found = new List<string?>();
        for (var offset = 0; ; offset += 2)
        {
            var page = await _users.JsonAsync($"/api/users?offset={offset}&limit=2", cookie);
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetString()));
            if (found.Count >= page.GetProperty("total").GetInt32())
                break;
        }

        Assert.Contains(name, found);
        Assert.Contains("admin", found);
        Assert.Equal(found.Count, found.Distinct().Count());
    }

    [Theory]
    [InlineData("안녕하세요, 메시지 보드!")]
    [InlineData("👩‍👩‍👧‍👦 and 🇰🇷")]
    [InlineData("مرحبا بالعالم \u200Fשלום")]
    [InlineData("e\u0301 is not \u00e9")]
    [InlineData("'; DROP TABLE messages; --")]
    [InlineData("<b>&amp;</b> \\ \" \u2028 end")]
    public async Task A_message_comes_back_as_it_was_written(string text)
    {
        var (name, cookie) = await _board.NewUserAsync();

        var posted = await _messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message = $"  {text}\n" });

        var list = await _messages.JsonAsync("/api/messages", cookie);
        var item = list.GetProperty("items").EnumerateArray().Single();
        Assert.Equal(text, item.GetProperty("message").GetString());
        Assert.Equal(name, item.GetProperty("author").GetString());
        Assert.Equal(posted.GetProperty("createdAt").GetDateTimeOffset(), item.GetProperty("createdAt").GetDateTimeOffset());
        var one = await _messages.JsonAsync($"/api/messages/{posted.GetProperty("id").GetInt64()}", cookie);
        Assert.Equal(text, one.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_message_may_have_4000_characters_and_no_more()
    {
        var (_, cookie) = await _board.NewUserAsync();
        var longest = string.Concat(Enumerable.Repeat("😀", 4_000));

        using var posted = await _messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = longest });
        using var longer = await _messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = new string('x', 4_001) });
        using var blank = await _messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = " \t\n" });
        using var missing = await _messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { });

        Assert.Equal(HttpStatusCode.Created, posted.StatusCode);
        Assert.Equal(longest, (await _messages.JsonAsync(posted.Headers.Location!.ToString(), cookie)).GetProperty("message").GetString());
        await longer.IsProblemAsync(HttpStatusCode.BadRequest, "message");
        await blank.IsProblemAsync(HttpStatusCode.BadRequest, "message");
        await missing.IsProblemAsync(HttpStatusCode.BadRequest, "message");
    }

    [Fact]
    public async Task Messages_are_paged_newest_first()
    {
        var (_, cookie) = await _board.NewUserAsync();
        for (var i = 1; i <= 25; i++)
            await _messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message = $"message {i}" });

        var first = await _messages.JsonAsync("/api/messages", cookie);
        var last = await _messages.JsonAsync("/api/messages?offset=20&limit=10", cookie);

        Assert.Equal(Enumerable.Range(6, 20).Reverse().Select(i => $"message {i}"), Texts(first));
        Assert.Equal(Enumerable.Range(1, 5).Reverse().Select(i => $"message {i}"), Texts(last));
        Assert.Equal((25, 0, 20), (first.GetProperty("total").GetInt32(), first.GetProperty("offset").GetInt32(), first.GetProperty("limit").GetInt32()));
    }

    [Theory]
    [InlineData("offset=-1", "offset")]
    [InlineData("offset=x", "offset")]
    [InlineData("offset=1.5", "offset")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=99999999999999999999", "limit")]
    public async Task Paging_out_of_range_names_the_parameter(string query, string field)
    {
        var (_, cookie) = await _board.NewUserAsync();

        using var messages = await _messages.SendAsync(HttpMethod.Get, $"/api/messages?{query}", cookie);
        using var users = await _users.SendAsync(HttpMethod.Get, $"/api/users?{query}", cookie);

        await messages.IsProblemAsync(HttpStatusCode.BadRequest, field);
        await users.IsProblemAsync(HttpStatusCode.BadRequest, field);
    }

    [Theory]
    [InlineData("100%", "100%")]
    [InlineData("a_b", "a_b")]
    [InlineData(@"C:\temp", @"c:\TEMP")]
    [InlineData("O'Neil \"quoted\"", "o'neil \"Q")]
    [InlineData("한국어 검색", "국어 검")]
    [InlineData("ÄRGER Ünd", "ärger ü")]
    public async Task A_search_takes_every_character_literally_and_passes_over_case(string text, string query)
    {
        var (_, cookie) = await _board.NewUserAsync();
        foreach (var message in (string[])[text, "100 and axb and C:/temp and ONeil"])
            await _messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message });

        var found = await _messages.JsonAsync($"/api/messages/search?q={Uri.EscapeDataString(query)}", cookie);

        Assert.Equal([text], Texts(found));
        Assert.Equal(1, found.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_search_without_a_text_names_the_parameter()
    {
        var (_, cookie) = await _board.NewUserAsync();
        using var missing = await _messages.SendAsync(HttpMethod.Get, "/api/messages/search", cookie);
        using var empty = await _messages.SendAsync(HttpMethod.Get, "/api/messages/search?q=", cookie);

        await missing.IsProblemAsync(HttpStatusCode.BadRequest, "q");
        await empty.IsProblemAsync(HttpStatusCode.BadRequest, "q");
    }

    [Fact]
    public async Task Nobody_reads_finds_or_deletes_another_users_message()
    {
        var (_, owner) = await _board.NewUserAsync();
        var (_, other) = await _board.NewUserAsync();
        var admin = await _board.LogInAsync("admin", Board.AdminPassword);
        var secret = $"secret {Guid.NewGuid():N}";
        var id = (await _messages.JsonAsync("/api/messages", owner, HttpMethod.Post, new { message = secret })).GetProperty("id").GetInt64();

        foreach (var cookie in (string[])[other, admin])
        {
            using var read = await _messages.SendAsync(HttpMethod.Get, $"/api/messages/{id}", cookie);
            using var delete = await _messages.SendAsync(HttpMethod.Delete, $"/api/messages/{id}", cookie);
            Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, delete.StatusCode);
            Assert.Empty(Texts(await _messages.JsonAsync($"/api/messages/search?q={secret}", cookie)));
            Assert.DoesNotContain(secret, Texts(await _messages.JsonAsync("/api/messages?limit=100", cookie)));
        }

        using var gone = await _messages.SendAsync(HttpMethod.Delete, $"/api/messages/{id}", owner);
        using var again = await _messages.SendAsync(HttpMethod.Delete, $"/api/messages/{id}", owner);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Theory]
    [InlineData("user-service", "GET", "/api/users/me")]
    [InlineData("user-service", "GET", "/api/users")]
    [InlineData("user-service", "POST", "/api/logout")]
    [InlineData("message-service", "GET", "/api/messages")]
    [InlineData("message-service", "GET", "/api/messages/search?q=a")]
    [InlineData("message-service", "GET", "/api/messages/1")]
    [InlineData("message-service", "DELETE", "/api/messages/1")]
    [InlineData("message-service", "POST", "/api/messages")]
    [InlineData("log-service", "GET", "/api/logs/redis")]
    [InlineData("log-service", "GET", "/api/logs/kafka")]
    [InlineData("log-service", "GET", "/api/logs/stats")]
    public async Task What_needs_a_session_is_refused_without_and_with_a_wrong_one(string service, string method, string path)
    {
        using var client = _board.Client(service);
        foreach (var cookie in (string?[])[null, "session=", "session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "session=%00%ff"])
        {
            using var response = await client.SendAsync(new(method), path, cookie, method == "POST" ? new { message = "x" } : null);
            await response.IsProblemAsync(HttpStatusCode.Unauthorized);
        }
    }

    [Theory]
    [InlineData("{", "application/json", 400, null)]
    [InlineData("", "application/json", 400, null)]
    [InlineData("null", "application/json", 400, null)]
    [InlineData("[]", "application/json", 400, null)]
    [InlineData("\"text\"", "application/json", 400, null)]
    [InlineData("""{"message":7}""", "application/json", 400, "message")]
    [InlineData("""{"message":{"a":1}}""", "application/json", 400, "message")]
    [InlineData("""{"message":"\ud800"}""", "application/json", 400, "message")]
    [InlineData("message=x", "application/x-www-form-urlencoded", 415, null)]
    public async Task A_body_that_is_no_message_is_told_so(string body, string type, int status, string? field)
    {
        var (_, cookie) = await _board.NewUserAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/messages") { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Add("Cookie", cookie);

        using var response = await _messages.SendAsync(request);

        await response.IsProblemAsync((HttpStatusCode)status, field);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_told_so()
    {
        var (_, cookie) = await _board.NewUserAsync();
        using var response = await _messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = new string('x', 100_000) });

        await response.IsProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("user-service", "/api/register")]
    [InlineData("message-service", "/api/messages/search")]
    [InlineData("log-service", "/api/logs/stats")]
    public async Task Each_service_documents_its_api(string service, string path)
    {
        using var client = _board.Client(service);
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        Assert.Equal(service, document.GetProperty("info").GetProperty("title").GetString());
        Assert.True(document.GetProperty("paths").TryGetProperty(path, out _));
        Assert.DoesNotContain("internal", document.GetProperty("paths").GetRawText());
    }

    [Fact]
    public async Task A_call_reaches_both_logs_with_its_trace_and_only_its_caller_and_the_admin_see_it()
    {
        var (name, cookie) = await _board.NewUserAsync();
        var (_, other) = await _board.NewUserAsync();
        var admin = await _board.LogInAsync("admin", Board.AdminPassword);
        var trace = $"{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/messages/search?q=hidden");
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using var response = await _messages.SendAsync(request);

        foreach (var log in (string[])["/api/logs/redis", "/api/logs/kafka"])
        {
            JsonElement call = default;
            await Eventually.IsTrueAsync(
                async () =>
                {
                    // Each look is a call of its own, and only the newest 50 are shown.
                    await Task.Delay(450);
                    return Find(await _logs.JsonAsync(log, cookie), out call);
                },
                $"the call is in {log}");
            Assert.Equal(name, call.GetProperty("user").GetString());
            Assert.Equal("/api/messages/search", call.GetProperty("path").GetString());
            Assert.Equal(200, call.GetProperty("status").GetInt32());
            Assert.Equal("message-service", call.GetProperty("service").GetString());
            Assert.Equal("ctx2", call.GetProperty("cluster").GetString());
            Assert.DoesNotContain("hidden", call.GetRawText());

            Assert.True(Find(await _logs.JsonAsync(log, admin), out _), $"the admin sees the call in {log}");
            Assert.False(Find(await _logs.JsonAsync(log, other), out _), $"others do not see the call in {log}");
        }

        bool Find(JsonElement list, out JsonElement call)
        {
            call = list.GetProperty("items").EnumerateArray().FirstOrDefault(item => item.GetProperty("traceId").GetString() == trace);
            return call.ValueKind == JsonValueKind.Object;
        }
    }

    [Fact]
    public async Task Stats_count_the_callers_own_calls()
    {
        var (_, cookie) = await _board.NewUserAsync();
        for (var i = 0; i < 5; i++)
            await _messages.JsonAsync("/api/messages", cookie);

        JsonElement window = default;
        await Eventually.IsTrueAsync(async () =>
        {
            window = (await _logs.JsonAsync("/api/logs/stats", cookie)).GetProperty("windows")[0];
            return window.GetProperty("requests").GetInt32() >= 5 && window.GetProperty("paths").EnumerateArray().Any(path => path.GetProperty("path").GetString() == "/api/messages" && path.GetProperty("requests").GetInt32() == 5);
        }, "five calls are counted");

        Assert.Equal(5, window.GetProperty("minutes").GetInt32());
        Assert.Equal(0, window.GetProperty("errors").GetInt32());
        Assert.True(window.GetProperty("p95Ms").GetDouble() > 0);
        Assert.Equal(Math.Round(window.GetProperty("requests").GetInt32() / 5.0, 2), window.GetProperty("requestsPerMinute").GetDouble());
    }

    [Fact]
    public async Task A_log_line_is_json_with_its_trace_and_no_secret()
    {
        var (name, cookie) = await _board.NewUserAsync();
        using var wrong = await _users.PostAsJsonAsync("/api/login", new { username = name, password = "a wrong password" });

        var trace = (await wrong.IsProblemAsync(HttpStatusCode.Unauthorized)).GetProperty("traceId").GetString();
        await Eventually.IsTrueAsync(() => _board.Process("user-service").Output.Any(line => line.Contains($"\"trace_id\":\"{trace}\"")), "the call's own line");
        var own = JsonDocument.Parse(_board.Process("user-service").Output.First(line => line.Contains(trace!))).RootElement;
        Assert.Matches("^[0-9a-f]{16}$", own.GetProperty("span_id").GetString());
        Assert.NotEmpty(own.GetProperty("request_id").GetString()!);

        foreach (var service in (string[])["user-service", "message-service", "log-service"])
        {
            Assert.NotEmpty(_board.Process(service).Output);
            foreach (var line in _board.Process(service).Output)
            {
                var record = JsonDocument.Parse(line).RootElement;
                Assert.Equal(service, record.GetProperty("service").GetString());
                Assert.Equal("ctx2", record.GetProperty("cluster").GetString());
                Assert.EndsWith("-kghtc", record.GetProperty("pod").GetString());
                Assert.DoesNotContain("correct horse battery", line);
                Assert.DoesNotContain("a wrong password", line);
                Assert.DoesNotContain(cookie["session=".Length..], line);
                Assert.DoesNotContain(Board.AdminPassword, line);
            }
        }
    }

    private static IEnumerable<string?> Texts(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("message").GetString());
}

public sealed class EmbeddedApiTests(EmbeddedBoard board) : ApiTests(board), IClassFixture<EmbeddedBoard>;

public sealed class ServerApiTests(ServerBoard board) : ApiTests(board), IClassFixture<ServerBoard>;
