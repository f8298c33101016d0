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

    [Fact]
    public void An_empty_file_which_a_killed_launcher_left_is_no_password()
    {
        using var folder = new TemporaryFolder();
        folder.Write("admin-password", "");

        Assert.NotNull(AdminPassword.Ensure(folder["admin-password"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["admin-password"]));
    }
}
