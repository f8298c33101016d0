using System.Reflection;
using MessageBoard.Shared.Http;

namespace MessageBoard.Gateway.Tests;

/// <summary>The gateway's own problems in the reader's language.</summary>
public sealed class GatewayProblemsTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Theory]
    [InlineData("PUT", "/api/traffic/weights/user-service", 401, "logIn", "먼저 로그인하세요.")]
    [InlineData("GET", "/api/mesh/resources/VirtualService/nothing", 404, "noResource", "VirtualService 'nothing'이(가) 없습니다.")]
    [InlineData("PUT", "/api/traffic/weights/other", 404, "unknownService", "'other' 서비스는 없습니다.")]
    public async Task They_have_a_code_and_a_text(string method, string path, int status, string code, string detail)
    {
        var cookie = status == 401 ? null : await gateway.LogInAsync(isAdmin: true);
        using var request = new HttpRequestMessage(new(method), path) { Headers = { { "Accept-Language", "ko-KR, en;q=0.5" } } };
        if (method == "PUT")
            request.Content = JsonContent.Create(new { weights = new { ctx1 = 50, ctx2 = 50 } });

        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        using var response = await gateway.Client.SendAsync(request);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.StartsWith(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(["ko"], response.Content.Headers.ContentLanguage);
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task Of_what_Istios_validation_refuses_the_title_is_translated_and_the_fields_are_named()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/traffic/weights/user-service")
        {
            Content = JsonContent.Create(new { weights = new { ctx1 = 50, ctx2 = 51 } }),
            Headers = { { "Accept-Language", "ko" }, { "Cookie", await gateway.LogInAsync(isAdmin: true) } },
        };

        using var response = await gateway.Client.SendAsync(request);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("notAllowed", problem.GetProperty("code").GetString());
        Assert.Equal("요청한 내용은 허용되지 않습니다.", problem.GetProperty("title").GetString());
        Assert.NotEmpty(problem.GetProperty("errors").EnumerateObject());
    }

    [Fact]
    public void Each_text_is_there_in_both_languages()
    {
        var texts = typeof(Program).Assembly.GetType("MessageBoard.Gateway.GatewayProblems")!
            .GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).Cast<ProblemText>().ToList();

        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.Matches("[가-힣]", text.Korean));
        Assert.Equal(texts.Count, texts.Select(text => text.English).Distinct().Count());
    }
}
