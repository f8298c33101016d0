using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Tests.Routing;

public class RequestPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/b/", "/a/b/")]
    [InlineData("/a//b///c", "/a/b/c")]
    [InlineData("//", "/")]
    [InlineData("//a//", "/a/")]
    [InlineData("/./a/../b/.", "/b/")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/../../a", "/a")]
    [InlineData("/a/%2e%2E/b/.%2e/c", "/c")]
    [InlineData("/a/...", "/a/...")]
    [InlineData("/a/.b", "/a/.b")]
    [InlineData("/%61%2D%2d%5F%7e%39", "/a--_~9")]
    [InlineData("/a%2Fb%2fc%5Cd%20", "/a%2Fb%2fc%5Cd%20")]
    [InlineData("/%252e%252e/a", "/%252e%252e/a")]
    [InlineData("/%2", "/%2")]
    [InlineData("/%zz%", "/%zz%")]
    [InlineData(@"\a\..\b\\c", "/b/c")]
    [InlineData("/some/data/..//../abc", "/some/abc")]
    public void All_spellings_have_one_form(string path, string normal)
    {
        Assert.Equal(normal, RequestPath.Normalize(path));
        Assert.Equal(normal, RequestPath.Normalize(normal));
    }

    [Fact]
    public void What_is_in_that_form_already_costs_nothing() => Assert.Same("/api/users/ping", RequestPath.Normalize("/api/users/ping"));
}
