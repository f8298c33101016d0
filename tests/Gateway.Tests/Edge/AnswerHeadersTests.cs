namespace MessageBoard.Gateway.Tests.Edge;

public sealed class AnswerHeadersTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Theory]
    [InlineData("/", 200)]
    [InlineData("/openapi", 200)]
    [InlineData("/openapi/user-service.json", 200)]
    [InlineData("/api/users/ping", 200)]
    [InlineData("/api/users/ping?status=500", 500)]
    [InlineData("/api/traffic", 200)]
    [InlineData("/api/traffic/requests", 401)]
    [InlineData("/api/nothing", 404)]
    [InlineData("/nothing", 404)]
    [InlineData("/healthz/live", 200)]
    public async Task Every_answer_is_taken_for_what_it_is_and_kept_by_nobody(string path, int status)
    {
        using var response = await gateway.Client.GetAsync(path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Matches("no-store|no-cache", response.Headers.GetValues("Cache-Control").Single());
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"), "over http it would be ignored");
        if (response.Content.Headers.ContentType?.MediaType == "text/html")
        {
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        }
    }

    [Fact]
    public async Task So_is_that_of_a_request_that_breaks_a_rule()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        using var response = await gateway.PutWeightsAsync("user-service", "no JSON", cookie);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("no-store", response.Headers.GetValues("Cache-Control").Single());
    }
}
