namespace MessageBoard.Gateway.Tests.Page;

public sealed class PageTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task The_page_comes_with_a_policy_that_lets_no_other_script_in()
    {
        using var response = await gateway.Client.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("MessageBoard", await response.Content.ReadAsStringAsync());
        Assert.StartsWith("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task OpenApi_links_the_documents_of_all_services()
    {
        var html = await gateway.Client.GetStringAsync("/openapi");

        Assert.All(
            (string[])["user-service", "message-service", "log-service"],
            service => Assert.Contains($"href=\"/openapi/{service}.json\"", html));
    }
}
