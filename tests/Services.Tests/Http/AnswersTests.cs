namespace MessageBoard.Services.Tests.Http;

/// <summary>What every answer has, and what of a request is not believed.</summary>
[Collection(Boards.Embedded)]
public sealed class AnswersTests(EmbeddedBoard board) : BoardTests(board)
{
    [Theory]
    [InlineData("user-service", "/api/users/me")]
    [InlineData("user-service", "/api/users/ping")]
    [InlineData("user-service", "/nowhere")]
    [InlineData("message-service", "/api/messages")]
    [InlineData("message-service", "/openapi/v1.json")]
    [InlineData("log-service", "/api/logs/redis")]
    [InlineData("log-service", "/api/logs/stats?minutes=x")]
    public async Task Nothing_is_sniffed_and_nothing_is_kept(string service, string path)
    {
        var (_, cookie) = await Board.NewUserAsync();
        using var client = Board.Client(service);
        foreach (var sent in (string?[])[cookie, null])
        {
            using var response = await client.SendAsync(HttpMethod.Get, path, sent);

            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.True(response.Headers.CacheControl?.NoStore);
        }
    }

    [Theory]
    [InlineData("application/json; charset=x-evil")]
    [InlineData("application/json; charset=\"x-evil\"")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json;charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset='")]
    [InlineData("application/json; charset=")]
    [InlineData("application/json; charset=utf-8; charset=x-evil")]
    [InlineData("application/problem+json; charset=x-evil")]
    [InlineData("text/plain; charset=x-evil")]
    [InlineData("json")]
    [InlineData(";")]
    public async Task A_body_of_another_kind_or_charset_is_refused_and_no_exception_is_logged(string contentType)
    {
        var before = Board.Process("user-service").Output.Count;
        foreach (var path in (string[])["/api/login", "/api/register"])
        {
            using var content = new ByteArrayContent("""{"username":"somebody","password":"a good long password"}"""u8.ToArray());
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            using var response = await Users.PostAsync(path, content);

            Assert.True((int)response.StatusCode is 400 or 401 or 415, $"{contentType}: {response.StatusCode}");
            await response.IsProblemAsync(response.StatusCode);
        }

        Assert.DoesNotContain(Board.Process("user-service").Output.Skip(before), line => line.Contains("\"exception\""));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("UTF-8")]
    [InlineData("\"utf-8\"")]
    public async Task Utf8_by_its_name_is_fine(string charset)
    {
        using var content = new ByteArrayContent("""{"username":"nobody here","password":"a good long password"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={charset}");
        using var response = await Users.PostAsync("/api/login", content);

        await response.IsProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(new byte[] { 0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D })] // {"\xff\xfe":1}
    [InlineData(new byte[] { 0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00 })] // {} in UTF-16
    [InlineData(new byte[] { 0x1F, 0x8B, 0x08, 0x00 })] // gzip
    [InlineData(new byte[] { 0x22, 0xED, 0xA0, 0x80, 0x22 })] // a surrogate in UTF-8
    public async Task Bytes_that_are_no_text_are_a_bad_request(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await Users.PostAsync("/api/login", content);

        await response.IsProblemAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("|4bf92f35.1.")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01-extra")]
    public async Task What_is_no_traceparent_begins_a_trace_of_its_own(string traceparent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        request.Headers.TryAddWithoutValidation("Request-Id", "|bar.1.");
        using var response = await Users.SendAsync(request);

        var id = (await response.IsProblemAsync(HttpStatusCode.Unauthorized)).GetProperty("traceId").GetString()!;
        Assert.NotEqual(new string('0', 32), id);
        Assert.DoesNotContain(id[..8], traceparent.ToLowerInvariant());
    }

    [Fact]
    public async Task What_a_caller_writes_shows_in_the_log_and_does_nothing_there()
    {
        using var response = await Users.GetAsync("/api/users/%E2%80%AEgnp.exe%E2%80%A8%C2%9B31m%00%0A".Replace("%00", ""));
        var trace = (await response.IsProblemAsync(HttpStatusCode.NotFound)).GetProperty("traceId").GetString()!;

        await Eventually.IsTrueAsync(() => Board.Process("user-service").Output.Any(line => line.Contains(trace)), "the call's line");
        var line = Board.Process("user-service").Output.First(line => line.Contains(trace));
        Assert.DoesNotContain('\u202E', line);
        Assert.DoesNotContain('\u2028', line);
        Assert.DoesNotContain('\u009B', line);
        Assert.Contains("\\u202Egnp.exe", JsonDocument.Parse(line).RootElement.GetProperty("message").GetString());
    }
}
