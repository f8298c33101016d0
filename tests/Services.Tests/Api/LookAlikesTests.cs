using Microsoft.AspNetCore.Identity;

namespace MessageBoard.Services.Tests.Api;

/// <summary>Names that can be taken for another's.</summary>
public abstract class LookAlikesTests(Board board) : BoardTests(board)
{
    [Theory]
    [InlineData("adm\u034Fin")] // combining grapheme joiner
    [InlineData("admin\u3164")] // Hangul filler
    [InlineData("\u115Fadmin")]
    [InlineData("admin\uFFA0")]
    [InlineData("ad\u180Bmin")]
    [InlineData("admin\uFE0F")]
    [InlineData("admin\u17B4")]
    [InlineData("ad\u200Bmin")]
    [InlineData("ad\u200Dmin")]
    [InlineData("\u202Enimda")]
    [InlineData("admin\U000E0100")]
    public async Task A_character_that_cannot_be_seen_is_none_of_a_names(string username)
    {
        using var response = await RegisterAsync(username);

        await response.IsProblemAsync(HttpStatusCode.BadRequest, "username");
    }

    [Theory]
    [InlineData("ａｄｍｉｎ")] // fullwidth
    [InlineData("\u0430dmin")] // Cyrillic а
    [InlineData("adm\u0456n")] // Cyrillic і
    [InlineData("\u0430dm\u0456n")]
    [InlineData("AD\u041CIN")] // Cyrillic М
    [InlineData("\u0410DMIN")]
    [InlineData("\u0391DMIN")] // Greek Α
    [InlineData("ADMlN")] // l for I
    [InlineData("adrnin")] // rn for m
    [InlineData("adm\u0131n")] // dotless i
    [InlineData("𝐚𝐝𝐦𝐢𝐧")]
    [InlineData("\uAB7Admin")] // Cherokee
    public async Task A_name_that_looks_like_the_admins_is_taken(string username)
    {
        using var response = await RegisterAsync(username);

        Assert.True(response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.BadRequest, $"{response.StatusCode}");
    }

    [Fact]
    public async Task A_name_that_looks_like_anybodys_is_taken_and_one_that_does_not_is_not()
    {
        var tail = $"{Guid.NewGuid():N}"[..8];
        using var first = await RegisterAsync($"Boris.{tail}");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        foreach (var like in (string[])[$"B\u043Eris.{tail}", $"\u0412oris.{tail}", $"b\u03BFris.{tail}", $"Ｂoris.{tail}", $"BORlS.{tail}"])
        {
            using var response = await RegisterAsync(like);
            await response.IsProblemAsync(HttpStatusCode.Conflict);
        }

        foreach (var other in (string[])[$"Борис.{tail}", $"Bor\u00EDs.{tail}", $"보리스.{tail}", $"ㅋㅋㅋ.{tail}"])
        {
            using var response = await RegisterAsync(other);
            Assert.True(response.StatusCode == HttpStatusCode.Created, $"{other}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task Of_two_that_look_alike_and_come_at_once_one_gets_in_at_most()
    {
        var tail = $"{Guid.NewGuid():N}"[..8];
        var both = await Task.WhenAll(RegisterAsync($"ocean.{tail}"), RegisterAsync($"\u043Ecean.{tail}"));

        Assert.InRange(both.Count(response => response.StatusCode == HttpStatusCode.Created), 0, 1);
    }

    [Fact]
    public async Task Who_has_such_a_name_from_before_logs_in_with_it()
    {
        var name = $"old\u3164{Guid.NewGuid():N}"[..20];
        var row = new { name, hash = new PasswordHasher<object>().HashPassword(this, "eight888") };
        await Board.Stores.Database().ExecuteAsync(
            "INSERT INTO users (name, name_key, password_hash, created_at) VALUES (@name, @name, @hash, 0)", row);

        var cookie = await Board.LogInAsync(name, "eight888");

        Assert.Equal(name, (await Users.JsonAsync("/api/users/me", cookie)).GetProperty("username").GetString());
    }

    private Task<HttpResponseMessage> RegisterAsync(string username) =>
        Users.PostFromAsync(Board.NewAddress(), "/api/register", new { username, password = "long enough to pass" });
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedLookAlikesTests(EmbeddedBoard board) : LookAlikesTests(board);

[Collection(Boards.Servers)]
public sealed class ServerLookAlikesTests(ServerBoard board) : LookAlikesTests(board);
