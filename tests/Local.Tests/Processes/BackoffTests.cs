namespace MessageBoard.Local.Tests.Processes;

public sealed class BackoffTests
{
    [Fact]
    public void The_delay_doubles_to_ten_seconds()
    {
        var backoff = new Backoff();
        var delays = Enumerable.Range(0, 8).Select(_ => backoff.After(TimeSpan.FromSeconds(1)).TotalSeconds);
        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10], delays);
    }

    [Fact]
    public void A_long_run_starts_it_over()
    {
        var backoff = new Backoff();
        for (var death = 0; death < 5; death++)
            backoff.After(TimeSpan.FromSeconds(1));

        Assert.Equal(0, backoff.After(TimeSpan.FromSeconds(30)).TotalSeconds);
        Assert.Equal(0.2, backoff.After(TimeSpan.FromSeconds(1)).TotalSeconds);
    }
}
