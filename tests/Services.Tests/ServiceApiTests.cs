namespace MessageBoard.Services.Tests;

/// <summary>What all three services have in common.</summary>
public abstract class ServiceApiTests(Board board) : BoardTests(board)
{
    [Theory]
    [InlineData("user-service", "/api/users/ping", 200)]
    [InlineData("message-service", "/api/messages/ping", 200)]
    [InlineData("log-service", "/api/logs/ping", 200)]
    [InlineData("user-service", "/api/users/me", 401)]
    [InlineData("user-service", "/api/users/nobody/at/all", 404)]
    [InlineData("log-service", "/openapi/v1.json", 200)]
    [InlineData("message-service", "/healthz/ready", 200)]
    public async Task Every_answer_says_who_answered(string service, string path, int status)
    {
        using var client = Board.Client(service);
        using var response = await client.GetAsync(path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(service, response.Headers.GetValues("X-Service-Name").Single());
        Assert.Equal("ctx2", response.Headers.GetValues("X-Service-Cluster").Single());
        Assert.Equal($"{service}-ctx2-754bc8dd6f-kghtc", response.Headers.GetValues("X-Pod-Name").Single());
    }

    [Theory]
    [InlineData("user-service")]
    [InlineData("message-service")]
    [InlineData("log-service")]
    public async Task The_document_of_which_the_pages_types_are_made_is_the_services(string service)
    {
        using var client = Board.Client(service);
        await OpenApiFile.IsCurrentAsync(service, await client.GetStringAsync("/openapi/v1.json"));
    }

    [Theory]
    [InlineData("user-service", "/api/register")]
    [InlineData("message-service", "/api/messages/search")]
    [InlineData("log-service", "/api/logs/stats")]
    public async Task Each_service_documents_its_api(string service, string path)
    {
        using var client = Board.Client(service);
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        Assert.Equal(service, document.GetProperty("info").GetProperty("title").GetString());
        Assert.True(document.GetProperty("paths").TryGetProperty(path, out _));
        Assert.DoesNotContain("internal", document.GetProperty("paths").GetRawText());
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedServiceApiTests(EmbeddedBoard board) : ServiceApiTests(board);

[Collection(Boards.Servers)]
public sealed class ServerServiceApiTests(ServerBoard board) : ServiceApiTests(board);
