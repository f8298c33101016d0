namespace MessageBoard.Mesh.Tests.Forwarding;

public sealed class CorsTests : ForwardingTest
{
    private static readonly CorsPolicy Policy = new()
    {
        AllowOrigins = [new StringMatch.Exact("https://example.com")],
        AllowMethods = ["GET", "PUT"],
        AllowHeaders = ["x-a", "x-b"],
        ExposeHeaders = ["x-service-cluster"],
        MaxAge = TimeSpan.FromHours(1),
        AllowCredentials = true,
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Cors = Policy });
    }

    [Fact]
    public async Task A_preflight_is_answered_without_the_service()
    {
        var answer = await PreflightAsync("https://example.com");

        Assert.Equal((200, 0), (answer.Status, _mesh.Ctx1.Requests));
        Assert.Equal(
            ["Access-Control-Allow-Credentials: true", "Access-Control-Allow-Headers: x-a,x-b", "Access-Control-Allow-Methods: "
                + "GET,PUT", "Access-Control-Allow-Origin: https://example.com", "Access-Control-Max-Age: 3600"],
            answer.Response.Headers.Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order());
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_preflight_of_another_origin_gets_no_leave(bool forward, int requests)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Cors = Policy with { ForwardUnmatchedPreflights = forward } });

        var answer = await PreflightAsync("https://evil.example");

        Assert.Equal((200, requests), (answer.Status, _mesh.Ctx1.Requests));
        Assert.False(answer.Response.Headers.Contains("Access-Control-Allow-Origin"));

        // What the mesh answers has the rest all the same, as Envoy writes it.
        Assert.Equal(
            forward ? [] : ["Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
                "Access-Control-Max-Age"],
            answer.Response.Headers.Select(header => header.Key).Where(name => name.StartsWith("Access-Control", StringComparison.Ordinal))
                .Order());
    }

    [Fact]
    public async Task Options_that_ask_for_no_method_are_no_preflight()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Cors = Policy with { ForwardUnmatchedPreflights = false } });
        using var request = new HttpRequestMessage(HttpMethod.Options, "http://user-service/");
        request.Headers.Add("Origin", "https://evil.example");

        Assert.Equal("ctx1 OPTIONS user-service /", (await _mesh.AskAsync(request)).Body);
    }

    [Theory]
    [InlineData("https://example.com", true)]
    [InlineData("https://evil.example", false)]
    public async Task An_answer_is_marked_for_the_origins_that_may(string origin, bool marked)
    {
        var answer = await _mesh.GetAsync(headers: ("Origin", origin));

        Assert.StartsWith("ctx1 GET", answer.Body, StringComparison.Ordinal);
        Assert.Equal(marked, answer.Response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(marked, answer.Response.Headers.Contains("Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task A_star_stands_for_any_origin_and_for_what_was_asked_for()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Cors = new() { AllowOrigins = [new StringMatch.Exact("*")], AllowMethods = ["*"], AllowHeaders = ["*"] },
        });

        var headers = (await PreflightAsync("https://any.example")).Response.Headers;

        Assert.Equal(("https://any.example", "PUT", "x-mine"), (
            headers.GetValues("Access-Control-Allow-Origin").Single(), headers.GetValues("Access-Control-Allow-Methods").Single(), headers
                .GetValues("Access-Control-Allow-Headers")
                .Single()));
    }

    [Fact]
    public async Task The_services_own_word_gives_way()
    {
        _mesh.Ctx1.Answer = context =>
        {
            context.Response.Headers.AccessControlExposeHeaders = context.Response.Headers.AccessControlAllowOrigin = "*";
            return Task.CompletedTask;
        };

        var headers = (await _mesh.GetAsync(headers: ("Origin", "https://example.com"))).Response.Headers;

        Assert.Equal(
            ["https://example.com", "x-service-cluster"],
            [.. headers.GetValues("Access-Control-Allow-Origin"), .. headers.GetValues("Access-Control-Expose-Headers")]);
    }

    [Fact]
    public async Task Routes_without_a_destination_have_none()
    {
        _mesh.Set(new() { DirectResponse = new(204, null), Cors = Policy });

        Assert.Equal(204, (await PreflightAsync("https://example.com")).Status);
    }

    private async Task<TestMesh.Answer> PreflightAsync(string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "http://user-service/")
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "PUT" }, { "Access-Control-Request-Headers", "x-mine" } },
        };
        return await _mesh.AskAsync(request);
    }
}
