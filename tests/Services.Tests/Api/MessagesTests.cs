namespace MessageBoard.Services.Tests.Api;

/// <summary>A user's own messages.</summary>
public abstract class MessagesTests(Board board) : BoardTests(board)
{
    [Theory]
    [InlineData("안녕하세요, 메시지 보드!")]
    [InlineData("👩‍👩‍👧‍👦 and 🇰🇷")]
    [InlineData("مرحبا بالعالم \u200Fשלום")]
    [InlineData("e\u0301 is not \u00e9")]
    [InlineData("'; DROP TABLE messages; --")]
    [InlineData("<b>&amp;</b> \\ \" \u2028 end")]
    public async Task A_message_comes_back_as_it_was_written(string text)
    {
        var (name, cookie) = await Board.NewUserAsync();

        var posted = await Messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message = $"  {text}\n" });

        JsonElement item = default;
        await Eventually.IsTrueAsync(async () =>
        {
            item = (await Messages.JsonAsync("/api/messages", cookie)).GetProperty("items").EnumerateArray().Single();
            return item.GetProperty("author").GetString() is not null; // which a busy user-service does not tell in time
        }, "the author is told");
        Assert.Equal(text, item.GetProperty("message").GetString());
        Assert.Equal(name, item.GetProperty("author").GetString());
        Assert.Equal(posted.GetProperty("createdAt").GetDateTimeOffset(), item.GetProperty("createdAt").GetDateTimeOffset());
        var one = await Messages.JsonAsync($"/api/messages/{posted.GetProperty("id").GetInt64()}", cookie);
        Assert.Equal(text, one.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_message_may_have_4000_characters_and_no_more()
    {
        var (_, cookie) = await Board.NewUserAsync();
        var longest = string.Concat(Enumerable.Repeat("😀", 4_000));

        using var posted = await Messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = longest });
        using var longer = await Messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = new string('x', 4_001) });
        using var blank = await Messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = " \t\n" });
        using var missing = await Messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { });

        Assert.Equal(HttpStatusCode.Created, posted.StatusCode);
        Assert.Equal(longest, (await Messages.JsonAsync(posted.Headers.Location!.ToString(), cookie)).GetProperty("message").GetString());
        await longer.IsProblemAsync(HttpStatusCode.BadRequest, "message");
        await blank.IsProblemAsync(HttpStatusCode.BadRequest, "message");
        await missing.IsProblemAsync(HttpStatusCode.BadRequest, "message");
    }

    [Fact]
    public async Task Messages_are_paged_newest_first()
    {
        var (_, cookie) = await Board.NewUserAsync();
        for (var i = 1; i <= 25; i++)
            await Messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message = $"message {i}" });

        var first = await Messages.JsonAsync("/api/messages", cookie);
        var last = await Messages.JsonAsync("/api/messages?offset=20&limit=10", cookie);

        Assert.Equal(Enumerable.Range(6, 20).Reverse().Select(i => $"message {i}"), Texts(first));
        Assert.Equal(Enumerable.Range(1, 5).Reverse().Select(i => $"message {i}"), Texts(last));
        Assert.Equal(
            (25, 0, 20),
            (first.GetProperty("total").GetInt32(), first.GetProperty("offset").GetInt32(), first.GetProperty("limit").GetInt32()));
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
        var (_, cookie) = await Board.NewUserAsync();
        foreach (var message in (string[])[text, "100 and axb and C:/temp and ONeil"])
            await Messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message });

        var found = await Messages.JsonAsync($"/api/messages/search?q={Uri.EscapeDataString(query)}", cookie);

        Assert.Equal([text], Texts(found));
        Assert.Equal(1, found.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_search_without_a_text_names_the_parameter()
    {
        var (_, cookie) = await Board.NewUserAsync();
        using var missing = await Messages.SendAsync(HttpMethod.Get, "/api/messages/search", cookie);
        using var empty = await Messages.SendAsync(HttpMethod.Get, "/api/messages/search?q=", cookie);

        await missing.IsProblemAsync(HttpStatusCode.BadRequest, "q");
        await empty.IsProblemAsync(HttpStatusCode.BadRequest, "q");
    }

    [Fact]
    public async Task Nobody_reads_finds_or_deletes_another_users_message()
    {
        var (_, owner) = await Board.NewUserAsync();
        var (_, other) = await Board.NewUserAsync();
        var admin = await Board.LogInAsync("admin", Board.AdminPassword);
        var secret = $"secret {Guid.NewGuid():N}";
        var id = (await Messages.JsonAsync("/api/messages", owner, HttpMethod.Post, new { message = secret })).GetProperty("id").GetInt64();

        foreach (var cookie in (string[])[other, admin])
        {
            using var read = await Messages.SendAsync(HttpMethod.Get, $"/api/messages/{id}", cookie);
            using var delete = await Messages.SendAsync(HttpMethod.Delete, $"/api/messages/{id}", cookie);
            Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, delete.StatusCode);
            Assert.Empty(Texts(await Messages.JsonAsync($"/api/messages/search?q={secret}", cookie)));
            Assert.DoesNotContain(secret, Texts(await Messages.JsonAsync("/api/messages?limit=100", cookie)));
        }

        using var gone = await Messages.SendAsync(HttpMethod.Delete, $"/api/messages/{id}", owner);
        using var again = await Messages.SendAsync(HttpMethod.Delete, $"/api/messages/{id}", owner);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    private static IEnumerable<string?> Texts(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("message").GetString());
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedMessagesTests(EmbeddedBoard board) : MessagesTests(board);

[Collection(Boards.Servers)]
public sealed class ServerMessagesTests(ServerBoard board) : MessagesTests(board);
