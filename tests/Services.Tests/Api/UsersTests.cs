namespace MessageBoard.Services.Tests.Api;

/// <summary>Accounts and users.</summary>
public abstract class UsersTests(Board board) : BoardTests(board)
{
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
        using var registered = await Users.PostAsJsonAsync(
            "/api/register", new { username = unique, password = "비밀번호🔑 with a very long tail" });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);

        var cookie = await Board.LogInAsync(unique, "비밀번호🔑 with a very long tail");

        var me = await Users.JsonAsync("/api/users/me", cookie);
        Assert.Equal(unique, me.GetProperty("username").GetString());
        Assert.False(me.GetProperty("isAdmin").GetBoolean());
    }

    [Theory]
    [InlineData("ab", "long enough to pass", "username")]
    [InlineData("a name", "long enough to pass", "username")]
    [InlineData("emoji😀", "long enough to pass", "username")]
    [InlineData("a/b", "long enough to pass", "username")]
    [InlineData("<script>", "long enough to pass", "username")]
    [InlineData("abcdefghijklmnopqrstuvwxyz1234567", "long enough to pass", "username")]
    [InlineData(null, "long enough to pass", "username")]
    [InlineData("fine", "short of 12", "password")]
    [InlineData("fine", "short            of", "password")]
    [InlineData("fine", null, "password")]
    public async Task A_registration_that_breaks_a_rule_names_the_field(string? username, string? password, string field)
    {
        using var response = await Users.PostAsJsonAsync("/api/register", new { username, password });

        await response.IsProblemAsync(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task A_password_may_have_128_characters_and_no_more()
    {
        using var longest = await Users.PostAsJsonAsync(
            "/api/register", new { username = $"u{Guid.NewGuid():N}"[..20], password = Long(128) });
        using var longer = await Users.PostAsJsonAsync(
            "/api/register", new { username = $"u{Guid.NewGuid():N}"[..20], password = Long(129) });

        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
        await longer.IsProblemAsync(HttpStatusCode.BadRequest, "password");
    }

    private static string Long(int length) => string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i * i % 23))));

    [Fact]
    public async Task A_taken_name_is_a_conflict_in_any_case_and_composition()
    {
        var tail = $"{Guid.NewGuid():N}"[..10];
        using var first = await Users.PostAsJsonAsync(
            "/api/register", new { username = $"Zo\u00eb{tail}", password = "long enough to pass" });
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        foreach (var same in (string[])[$"zo\u00eb{tail}", $"ZOE\u0308{tail}".Replace(tail.ToUpperInvariant(), tail), "Admin"])
        {
            using var second = await Users.PostAsJsonAsync("/api/register", new { username = same, password = "long enough to pass" });
            await second.IsProblemAsync(HttpStatusCode.Conflict);
        }
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_get_the_same_answer()
    {
        var (name, _) = await Board.NewUserAsync();
        using var wrong = await Users.PostAsJsonAsync("/api/login", new { username = name, password = "not the password" });
        using var unknown = await Users.PostAsJsonAsync("/api/login", new { username = "nobody_at_all", password = "not the password" });

        var first = await wrong.IsProblemAsync(HttpStatusCode.Unauthorized);
        var second = await unknown.IsProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(first.GetProperty("detail").GetString(), second.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task The_admin_has_the_password_of_the_file_and_sees_all_users()
    {
        var (name, _) = await Board.NewUserAsync();
        var cookie = await Board.LogInAsync("admin", Board.AdminPassword);

        Assert.True((await Users.JsonAsync("/api/users/me", cookie)).GetProperty("isAdmin").GetBoolean());
        var found = new List<string?>();
        for (var offset = 0; ; offset += 2)
        {
            var page = await Users.JsonAsync($"/api/users?offset={offset}&limit=2", cookie);
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetString()));
            if (found.Count >= page.GetProperty("total").GetInt32())
                break;
        }

        Assert.Contains(name, found);
        Assert.Contains("admin", found);
        Assert.Equal(found.Count, found.Distinct().Count());
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedUsersTests(EmbeddedBoard board) : UsersTests(board);

[Collection(Boards.Servers)]
public sealed class ServerUsersTests(ServerBoard board) : UsersTests(board);
