namespace MessageBoard.Local.Tests;

public sealed class LaunchOptionsTests
{
    [Theory]
    [InlineData("", false, true)]
    [InlineData("board.test,*.example.com", true, false)]
    public void A_detached_launcher_is_told_what_a_person_chose(string hosts, bool https, bool telemetry)
    {
        var options = new LaunchOptions(8081, 3, hosts, https, telemetry);

        Assert.Equal(options, LaunchOptions.Of([.. options.Words()]));
    }
}
