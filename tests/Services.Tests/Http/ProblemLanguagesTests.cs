using System.Reflection;
using System.Text.RegularExpressions;
using MessageBoard.Shared.Http;

namespace MessageBoard.Services.Tests.Http;

/// <summary>In which language a problem is told, and what is the same in all.</summary>
[Collection(Boards.Embedded)]
public sealed partial class ProblemLanguagesTests(EmbeddedBoard board) : BoardTests(board)
{
    private const string English = "Log in first.", Korean = "먼저 로그인하세요.";

    [Theory]
    [InlineData("ko", Korean, "로그인 필요", "ko")]
    [InlineData("ko-KR,ko;q=0.9,en;q=0.8", Korean, "로그인 필요", "ko")]
    [InlineData("en;q=0.5, ko", Korean, "로그인 필요", "ko")]
    [InlineData("fr, ko;q=0.3", Korean, "로그인 필요", "ko")]
    [InlineData("en-GB, ko;q=0.3", English, "Unauthorized", "en")]
    [InlineData("ko;q=0", English, "Unauthorized", "en")]
    [InlineData("*, ko;q=0.1", English, "Unauthorized", "en")]
    [InlineData("fr", English, "Unauthorized", "en")]
    [InlineData(";;;", English, "Unauthorized", "en")]
    [InlineData(null, English, "Unauthorized", "en")]
    public async Task It_is_the_one_that_is_liked_best(string? accepted, string detail, string title, string language)
    {
        using var response = await AskAsync(HttpMethod.Get, "/api/messages", accepted);

        var problem = await response.IsProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(detail, problem.GetProperty("detail").GetString());
        Assert.Equal(title, problem.GetProperty("title").GetString());
        Assert.Equal("logIn", problem.GetProperty("code").GetString());
        Assert.Equal([language], response.Content.Headers.ContentLanguage);
        Assert.False(problem.TryGetProperty("words", out _));
    }

    [Fact]
    public async Task A_fields_rule_is_told_with_its_code()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/register")
        {
            Content = JsonContent.Create(new { username = "a", password = "short" }),
            Headers = { { "Accept-Language", "ko" } },
        };
        using var response = await Users.SendAsync(request);

        var problem = await response.IsProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal("invalid", problem.GetProperty("code").GetString());
        Assert.Equal("올바르지 않은 값이 있습니다.", problem.GetProperty("title").GetString());
        Assert.Equal("length", problem.GetProperty("codes").GetProperty("password").GetString());
        Assert.StartsWith("12~128자", problem.GetProperty("errors").GetProperty("password")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("name", problem.GetProperty("codes").GetProperty("username").GetString());
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "notFound", "찾을 수 없음")]
    [InlineData("DELETE", "/api/messages/ping", 405, "methodNotAllowed", "허용되지 않은 메서드")]
    [InlineData("GET", "/api/messages?offset=1", 401, "logIn", "로그인 필요")]
    public async Task What_nobody_has_words_for_has_its_statuss(string method, string path, int status, string code, string title)
    {
        using var response = await AskAsync(new(method), path, "ko");

        var problem = await response.IsProblemAsync((HttpStatusCode)status);
        Assert.Equal((code, title), (problem.GetProperty("code").GetString(), problem.GetProperty("title").GetString()));
    }

    [Fact]
    public void Each_text_is_there_in_both_languages_with_the_same_values()
    {
        var texts = typeof(ProblemTexts).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<ProblemText>().ToList();
        Assert.NotEmpty(texts);
        Assert.All(texts, text =>
        {
            Assert.Matches("^[a-z][A-Za-z0-9]+$", text.Code);
            Assert.Matches("[가-힣]", text.Korean);
            Assert.Equal(ValuesOf(text.English), ValuesOf(text.Korean));
        });

        static IEnumerable<string> ValuesOf(string text) => Values.Matches(text).Select(value => value.Value).Order();
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? accepted)
    {
        using var request = new HttpRequestMessage(method, path);
        if (accepted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", accepted);

        return await Messages.SendAsync(request);
    }

    [GeneratedRegex(@"\{\d+")]
    private static partial Regex Values { get; }
}
