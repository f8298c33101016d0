namespace MessageBoard.Local.Tests;

public sealed class AdminPasswordTests
{
    [Fact]
    public void It_is_made_once_for_its_owner_only()
    {
        using var folder = new TemporaryFolder();
        var password = AdminPassword.Ensure(folder["admin-password"]);

        Assert.Matches("^[A-Za-z2-9]{20}$", password);
        Assert.Equal(password, File.ReadAllText(folder["admin-password"]).Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["admin-password"]));
        Assert.Null(AdminPassword.Ensure(folder["admin-password"]));
    }
}
