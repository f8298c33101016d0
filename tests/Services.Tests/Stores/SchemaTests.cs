namespace MessageBoard.Services.Tests.Stores;

/// <summary>The Job that makes user-service's tables and the admin: user-service with <c>--schema</c>, on MariaDB.</summary>
public sealed class SchemaTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerStores _stores = null!;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("admin-password", "the admin's first password");
        _stores = new(_folder.Path);
        await _stores.StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        _stores.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_waits_for_the_database_makes_everything_once_and_ends()
    {
        _stores.StopMariaDb();
        using (var first = Run())
        {
            await Eventually.IsTrueAsync(() => first.Output.Any(line => line.Contains("The database is not there yet")), "it waits");
            await _stores.StartMariaDbAsync();
            Assert.Equal(
                (0, 1),
                (await first.ExitCodeAsync(), first.Output.Count(line => line.Contains("The tables and the first rows are there"))));
        }

        using (var again = Run())
            Assert.Equal(0, await again.ExitCodeAsync());

        var database = _stores.Database();
        Assert.Equal(["admin"], await database.QueryAsync<string>("SELECT name FROM users WHERE is_admin = 1"));
        Assert.Equal(["users", "user_looks"], await database.QueryAsync<string>(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'messageboard' ORDER BY 1"));
    }

    [Fact]
    public async Task Without_a_database_it_says_so_and_why_and_fails()
    {
        _stores.StopMariaDb();

        using var schema = Run(("Schema__PatienceSeconds", "1"));

        Assert.Equal(1, await schema.ExitCodeAsync());
        Assert.Contains("The database did not answer within 1 s: ", schema.Output.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_database_is_named()
    {
        using var schema = Run(
            ("Schema__PatienceSeconds", "0"),
            ("ConnectionStrings__MariaDb", _stores.Environment["ConnectionStrings__MariaDb"].Replace("=messageboard;", "=boards;")));

        Assert.Equal(1, await schema.ExitCodeAsync());
        Assert.Contains("boards", schema.Output.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_admins_password_it_says_so_and_fails()
    {
        using var schema = Run(("Admin__PasswordFile", _folder["nowhere"]));

        Assert.Equal(1, await schema.ExitCodeAsync());
        Assert.Contains(
            $"The first rows could not be made: Could not find file '{_folder["nowhere"]}'.",
            schema.Output.Last().Replace("\\u0027", "'"),
            StringComparison.Ordinal);
    }

    // It needs no address, no Redis and no Kafka.
    private TestProcess Run(params IEnumerable<(string Name, string Value)> more)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__MariaDb"] = _stores.Environment["ConnectionStrings__MariaDb"],
            ["Admin__PasswordFile"] = _folder["admin-password"],
        };
        foreach (var (name, value) in more)
            environment[name] = value;

        return new("dotnet", [Board.Assembly("user-service"), "--schema"], environment);
    }
}
