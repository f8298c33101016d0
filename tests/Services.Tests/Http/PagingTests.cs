using MessageBoard.Shared.Http;

namespace MessageBoard.Services.Tests.Http;

public sealed class PagingTests
{
    [Theory]
    [InlineData(null, null, 0, 20)]
    [InlineData("40", "100", 40, 100)]
    [InlineData("0", "1", 0, 1)]
    public void What_is_in_range_is_taken(string? offset, string? limit, long expectedOffset, int expectedLimit)
    {
        Assert.True(Paging.TryRead(offset, limit, out var paging, out var problem));
        Assert.Equal(new Paging(expectedOffset, expectedLimit), paging);
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("-1", null, "offset")]
    [InlineData("", null, "offset")]
    [InlineData("1e3", null, "offset")]
    [InlineData("99999999999999999999", null, "offset")]
    [InlineData(null, "0", "limit")]
    [InlineData(null, "101", "limit")]
    [InlineData(null, " 5", "limit")]
    public void What_is_out_of_range_is_refused_by_name(string? offset, string? limit, string field)
    {
        Assert.False(Paging.TryRead(offset, limit, out _, out var problem));
        Assert.Equal(field, problem.ProblemDetails.Errors.Keys.Single());
    }
}
