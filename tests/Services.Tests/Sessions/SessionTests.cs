namespace MessageBoard.Services.Tests.Sessions;

/// <summary>Sessions by cookie.</summary>
public abstract class SessionTests(Board board) : BoardTests(board)
{
    [Fact]
    public async Task Logging_out_ends_the_session_at_once()
    {
        var (_, cookie) = await Board.NewUserAsync();
        using var response = await Users.SendAsync(HttpMethod.Post, "/api/logout", cookie);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);

        using var after = await Users.SendAsync(HttpMethod.Get, "/api/users/me", cookie);
        await after.IsProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_cookie_is_for_the_browser_alone()
    {
        var (name, _) = await Board.NewUserAsync();
        using var response = await Users.PostAsJsonAsync("/api/login", new { username = name, password = "correct horse battery" });

        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=strict", cookie);
        Assert.Contains("path=/", cookie);
        Assert.StartsWith("session=", cookie);
        Assert.DoesNotContain("secure", cookie);
    }

    [Fact]
    public async Task Over_tls_the_cookie_is_the_host_s_alone_and_no_other_is_believed()
    {
        var (name, plain) = await Board.NewUserAsync();
        using var response = await OverTlsAsync("/api/login", null, new { username = name, password = "correct horse battery" });
        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-session=", cookie);
        foreach (var part in (string[])["httponly", "samesite=strict", "path=/", "secure"])
            Assert.Contains(part, cookie);

        Assert.DoesNotContain("domain", cookie);
        cookie = cookie.Split(';')[0];
        using var good = await OverTlsAsync("/api/users/me", cookie);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var planted = await OverTlsAsync("/api/users/me", plain);
        await planted.IsProblemAsync(HttpStatusCode.Unauthorized);
        using var renamed = await OverTlsAsync("/api/users/me", cookie["__Host-".Length..]);
        await renamed.IsProblemAsync(HttpStatusCode.Unauthorized);
        using var notTls = await Users.SendAsync(HttpMethod.Get, "/api/users/me", cookie);
        await notTls.IsProblemAsync(HttpStatusCode.Unauthorized);

        using var gone = await OverTlsAsync("/api/logout", cookie, new { });
        Assert.StartsWith("__Host-session=;", gone.Headers.GetValues("Set-Cookie").Single());
        Assert.Contains("secure", gone.Headers.GetValues("Set-Cookie").Single());
        using var after = await OverTlsAsync("/api/users/me", cookie);
        await after.IsProblemAsync(HttpStatusCode.Unauthorized);
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
        using var client = Board.Client(service);
        foreach (var cookie in (string?[])[null, "session=", "session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "session=%00%ff"])
        {
            using var response = await client.SendAsync(new(method), path, cookie, method == "POST" ? new { message = "x" } : null);
            await response.IsProblemAsync(HttpStatusCode.Unauthorized);
        }
    }

    // As the gateway says that the browser came.
    private Task<HttpResponseMessage> OverTlsAsync(string path, string? cookie, object? body = null)
    {
        var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path)
        {
            Headers = { { "X-Forwarded-Proto", "https" } },
            Content = body is null ? null : JsonContent.Create(body),
        };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        return Users.SendAsync(request);
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedSessionTests(EmbeddedBoard board) : SessionTests(board);

[Collection(Boards.Servers)]
public sealed class ServerSessionTests(ServerBoard board) : SessionTests(board);
