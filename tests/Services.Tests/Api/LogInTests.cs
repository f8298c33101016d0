using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace MessageBoard.Services.Tests.Api;

/// <summary>Guessing passwords, and what a password may be.</summary>
public abstract class LogInTests(Board board) : BoardTests(board)
{
    private const string Good = "correct horse battery";

    [Fact]
    public async Task Ten_failures_of_a_user_from_an_address_are_all_even_with_the_right_password_then()
    {
        var (name, _) = await Board.NewUserAsync();
        var address = Board.NewAddress();
        for (var i = 0; i < 10; i++)
        {
            // Other cases of the name are the same user.
            using var wrong = await LogInAsync(address, i % 2 == 0 ? name : name.ToUpperInvariant(), "a wrong password");
            await wrong.IsProblemAsync(HttpStatusCode.Unauthorized);
        }

        using var blocked = await LogInAsync(address, name, Good);
        await blocked.IsProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.InRange(blocked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);

        using var elsewhere = await LogInAsync(Board.NewAddress(), name, Good);
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
        var (other, _) = await Board.NewUserAsync();
        using var somebodyElse = await LogInAsync(address, other, Good);
        Assert.Equal(HttpStatusCode.OK, somebodyElse.StatusCode);
    }

    [Fact]
    public async Task A_user_that_does_not_exist_is_counted_like_any_other_and_successes_are_not()
    {
        var address = $"2001:db8:{Random.Shared.Next(0xFFFF):x}:1::";
        var (name, _) = await Board.NewUserAsync();
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await LogInAsync($"{address}{i + 1}", "nobody-at-all", "a wrong password");
            await wrong.IsProblemAsync(HttpStatusCode.Unauthorized);
            using var right = await LogInAsync($"{address}{i + 1}", name, Good);
            Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        }

        using var blocked = await LogInAsync($"{address}ffff", "nobody-at-all", "a wrong password");
        await blocked.IsProblemAsync(HttpStatusCode.TooManyRequests);
        using var still = await LogInAsync($"{address}ffff", name, Good);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_hundred_wrong_log_ins_at_once_keep_nobody_else_from_logging_in(bool ofOneUser)
    {
        var (name, _) = await Board.NewUserAsync();
        var (victim, address) = ((await Board.NewUserAsync()).Name, Board.NewAddress());
        var flood = Enumerable.Range(0, 200)
            .Select(i => LogInAsync(address, ofOneUser ? victim : $"nobody-{i}", "a guess, one of many"))
            .ToList();
        await Task.WhenAny(flood);

        // From the same address. Not a time, which says more of the machine: how many hashes it had to wait for.
        using var response = await Board.PatientlyAsync(() => LogInAsync(address, name, Good));
        var hashedBefore = flood.Count(
            answer => answer is { IsCompletedSuccessfully: true, Result.StatusCode: HttpStatusCode.Unauthorized });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.InRange(hashedBefore, 0, 40);

        foreach (var answer in await Task.WhenAll(flood))
        {
            Assert.True((int)answer.StatusCode is 401 or 429 or 503, $"{answer.StatusCode}"); // 503 where the machine is too slow for Redis
            answer.Dispose();
        }
    }

    [Fact]
    public async Task No_name_and_no_address_stands_in_Redis()
    {
        var address = Board.NewAddress();
        using var wrong = await LogInAsync(address, "somebody-or-other", "a wrong password");
        await wrong.IsProblemAsync(HttpStatusCode.Unauthorized);

        await using var redis = await ConnectionMultiplexer.ConnectAsync(Board.Stores.Environment["ConnectionStrings__Redis"]);
        var keys = redis.GetServers().Single().Keys(pattern: "*").Select(key => key.ToString()).ToList();
        Assert.Contains(keys, key => key.StartsWith("attempts:", StringComparison.Ordinal));
        Assert.DoesNotContain(keys, key => key.Contains("somebody") || key.Contains(address));
        foreach (var key in keys.Where(key => key.StartsWith("attempts:", StringComparison.Ordinal)))
            Assert.NotNull(await redis.GetDatabase().KeyTimeToLiveAsync(key));
    }

    [Fact]
    public async Task A_failed_log_in_is_in_the_log_with_the_account_and_the_address_but_with_no_name()
    {
        var (name, _) = await Board.NewUserAsync();
        var address = Board.NewAddress();
        using var wrong = await LogInAsync(address, name.ToUpperInvariant(), "a wrong password");
        using var slip = await LogInAsync(address, "hunter2-is-my-password", "a wrong password");

        bool Logged(string account) =>
            Board.Process("user-service").Output.Any(line => Regex.IsMatch(line, $"for {account} from {Regex.Escape(address)}"));
        await Eventually.IsTrueAsync(() => Logged("user [0-9]+") && Logged(@"\(no such user\)"), "both are logged");
        Assert.DoesNotContain(Board.Process("user-service").Output, line => line.Contains("hunter2"));
        Assert.DoesNotContain(Board.Process("user-service").Output, line => line.Contains(name));
    }

    [Fact]
    public async Task A_hash_of_former_days_is_renewed_at_the_next_log_in()
    {
        var (name, _) = await Board.NewUserAsync();
        var hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 10_000 }));
        var old = hasher.HashPassword(this, Good);
        var database = Board.Stores.Database();
        await database.ExecuteAsync("UPDATE users SET password_hash = @old WHERE name = @name", new { old, name });

        for (var i = 0; i < 2; i++)
        {
            using var response = await LogInAsync(Board.NewAddress(), name, Good);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var hash = await database.QuerySingleOrDefaultAsync<string>("SELECT password_hash FROM users WHERE name = @name", new { name });
        Assert.Equal(220_000, (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Convert.FromBase64String(hash!).AsSpan(5)));
    }

    [Theory]
    [InlineData("q1w2e3r4t5y6")] // one of the 10,000
    [InlineData("QwertY123456")]
    [InlineData("Password1234")]
    [InlineData("!!password!!")]
    [InlineData("passwordpassword")]
    [InlineData("dragon2024dragon2024")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abababababab")]
    [InlineData("123456789012")]
    [InlineData("abcdefghijklm")]
    [InlineData("000000000000")]
    [InlineData("MessageBoard1")]
    [InlineData("guessable.name")]
    [InlineData("guessable.name99")]
    public async Task A_password_that_is_tried_first_is_refused(string password)
    {
        using var response = await Users.PostFromAsync(
            Board.NewAddress(), "/api/register", new { username = "guessable.name", password });

        await response.IsProblemAsync(HttpStatusCode.BadRequest, "password");
    }

    [Theory]
    [InlineData("dragon monkey letmein")]
    [InlineData("비밀번호는열두글자이상")]
    [InlineData("zxqv-8fkw-mm21")]
    public async Task A_long_one_that_is_nobodys_is_taken(string password)
    {
        using var response = await Users.PostFromAsync(
            Board.NewAddress(), "/api/register", new { username = $"u{Guid.NewGuid():N}"[..20], password = password.PadRight(12, '!') });

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task Another_password_ends_the_other_sessions_and_the_old_one_is_none_any_more()
    {
        var (name, mine) = await Board.NewUserAsync();
        var theirs = await Board.LogInAsync(name, Good);
        var (_, strangers) = await Board.NewUserAsync();

        using var wrong = await ChangeAsync(mine, "not my password", "another good battery");
        await wrong.IsProblemAsync(HttpStatusCode.BadRequest, "current");
        using var weak = await ChangeAsync(mine, Good, "password1234");
        await weak.IsProblemAsync(HttpStatusCode.BadRequest, "new");
        using var empty = await ChangeAsync(mine, null, null);
        await empty.IsProblemAsync(HttpStatusCode.BadRequest, "current");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(theirs));

        using var changed = await ChangeAsync(mine, Good, "another good battery");
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(mine));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(strangers));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(theirs));
        using var old = await LogInAsync(Board.NewAddress(), name, Good);
        await old.IsProblemAsync(HttpStatusCode.Unauthorized);
        Assert.NotEmpty(await Board.LogInAsync(name, "another good battery"));
    }

    [Fact]
    public async Task No_session_of_the_old_password_is_left_by_who_logs_in_meanwhile()
    {
        var (name, mine) = await Board.NewUserAsync();
        var meanwhile = Enumerable.Range(0, 4).Select(_ => LogInAsync(Board.NewAddress(), name, Good)).ToList();
        using var changed = await Board.PatientlyAsync(() => ChangeAsync(mine, Good, "another good battery"));
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);

        foreach (var response in await Task.WhenAll(meanwhile))
        {
            if (response.Headers.TryGetValues("Set-Cookie", out var cookies))
                Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(cookies.Last().Split(';')[0]));

            response.Dispose();
        }
    }

    [Fact]
    public async Task The_admins_password_is_changed_in_its_file_alone()
    {
        using var response = await ChangeAsync(
            await Board.LogInAsync("admin", Board.AdminPassword), Board.AdminPassword, "another good battery");

        Assert.Contains("file", (await response.IsProblemAsync(HttpStatusCode.Conflict)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Without_a_session_nobodys_password_is_changed()
    {
        using var response = await ChangeAsync("session=AAAA", Good, "another good battery");

        await response.IsProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Guesses_at_the_present_password_are_counted_too()
    {
        var (_, cookie) = await Board.NewUserAsync();
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await ChangeAsync(cookie, "not my password", "another good battery");
            await wrong.IsProblemAsync(HttpStatusCode.BadRequest, "current");
        }

        using var blocked = await ChangeAsync(cookie, Good, "another good battery");
        await blocked.IsProblemAsync(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_new_log_in_ends_the_session_it_replaces()
    {
        var (name, first) = await Board.NewUserAsync();
        using var again = await Users.PostFromAsync(Board.NewAddress(), "/api/login", new { username = name, password = Good }, first);

        Assert.Equal(HttpStatusCode.OK, await MeAsync(again.Headers.GetValues("Set-Cookie").Single().Split(';')[0]));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(first));
    }

    [Fact]
    public async Task An_address_registers_a_hundred_users_in_ten_minutes()
    {
        var address = Board.NewAddress();
        for (var i = 0; i < 100; i++)
        {
            // Names that are taken are counted as well; the hash is not waited for, which one told to come back is not either.
            using var response = await Users.PostFromAsync(
                address, "/api/register", new { username = "admin", password = "long enough to pass" });
            Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.Conflict, HttpStatusCode.TooManyRequests]);
        }

        using var blocked = await Users.PostFromAsync(
            address, "/api/register", new { username = "one-more-user", password = "long enough to pass" });
        await blocked.IsProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.True(blocked.Headers.RetryAfter!.Delta > TimeSpan.FromSeconds(1));
    }

    private Task<HttpResponseMessage> LogInAsync(string address, string username, string password) =>
        Users.PostFromAsync(address, "/api/login", new { username, password });

    private Task<HttpResponseMessage> ChangeAsync(string cookie, string? current, string? @new) =>
        Users.SendAsync(HttpMethod.Put, "/api/users/me/password", cookie, new { current, @new });

    private async Task<HttpStatusCode> MeAsync(string cookie)
    {
        using var response = await Users.SendAsync(HttpMethod.Get, "/api/users/me", cookie);
        return response.StatusCode;
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedLogInTests(EmbeddedBoard board) : LogInTests(board);

[Collection(Boards.Servers)]
public sealed class ServerLogInTests(ServerBoard board) : LogInTests(board);
