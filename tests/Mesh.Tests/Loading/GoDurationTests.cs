namespace MessageBoard.Mesh.Tests.Loading;

public class GoDurationTests
{
    [Theory]
    [InlineData("1s", 1000)]
    [InlineData("1.5s", 1500)]
    [InlineData(".5s", 500)]
    [InlineData("1.s", 1000)]
    [InlineData("100ms", 100)]
    [InlineData("1h30m", 5400_000)]
    [InlineData("1m0.25s", 60_250)]
    [InlineData("+2s", 2000)]
    [InlineData("-2s", -2000)]
    [InlineData("0", 0)]
    [InlineData("1000000000ns", 1000)]
    [InlineData("1000µs", 1)]
    [InlineData("1.000000001s", 1000.000001)]
    [InlineData("1.0000000009s", 1000)] // below a nanosecond
    public void It_reads_what_Go_reads(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration / 1e6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData("-")]
    [InlineData("1d")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("1,5s")]
    [InlineData("1.5.5s")]
    [InlineData(".s")]
    [InlineData("1e3s")]
    [InlineData("9223372037s")] // more than Go's int64 of nanoseconds
    [InlineData("99999999999999999999999999999999h")]
    public void And_nothing_else(string text) => Assert.False(GoDuration.TryParse(text, out _));
}
