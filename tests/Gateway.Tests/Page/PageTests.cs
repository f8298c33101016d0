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
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("/.git/config")]
    [InlineData("/assets/")]
    [InlineData("/appsettings.json")]
    [InlineData("/../istio/user-service.yaml")]
    [InlineData("/%2e%2e/istio/user-service.yaml")]
    [InlineData("/..%2fistio%2fuser-service.yaml")]
    [InlineData("/..%5cistio%5cuser-service.yaml")]
    [InlineData("/index.html~")]
    [InlineData("/index.html.bak")]
    [InlineData("//etc/passwd")]
    public async Task Nothing_but_the_page_s_own_files_is_served(string target)
    {
        var (status, answer) = await RawHttp.SendAsync(
            gateway.Client.BaseAddress!, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.True(status == 404, answer);
    }

    [Fact]
    public async Task The_gateways_own_document_is_that_of_which_the_pages_types_are_made()
    {
        var text = await gateway.Client.GetStringAsync("/openapi/gateway.json");

        await OpenApiFile.IsCurrentAsync("gateway", text);
        var document = JsonDocument.Parse(text).RootElement;
        Assert.All(
            (string[])["/api/traffic", "/api/traffic/edges", "/api/mesh/resources", "/api/telemetry"],
            path => Assert.True(document.GetProperty("paths").TryGetProperty(path, out _), path));
        Assert.Contains(
            "edges", document.GetProperty("components").GetProperty("schemas").GetProperty("TrafficEvents").GetProperty("properties")
                .EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task OpenApi_links_the_documents_of_all_processes()
    {
        var html = await gateway.Client.GetStringAsync("/openapi");

        Assert.All(
            (string[])["gateway", "user-service", "message-service", "log-service"],
            service => Assert.Contains($"href=\"/openapi/{service}.json\"", html));
    }
}
