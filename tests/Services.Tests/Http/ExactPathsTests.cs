using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Services.Tests.Http;

/// <summary>A route has one spelling, whatever a policy by path makes of the others.</summary>
[Collection(Boards.Embedded)]
public sealed class ExactPathsTests(EmbeddedBoard board) : BoardTests(board)
{
    [Theory]
    [InlineData("user-service", "/api/users/ping", 200)]
    [InlineData("user-service", "/api/users/ping?a=/../B%2f", 200)]
    [InlineData("user-service", "http://user-service/api/users/ping", 200)]
    [InlineData("user-service", "/api/users", 401)]
    [InlineData("user-service", "/healthz/ready", 200)]
    [InlineData("message-service", "/api/messages/7", 401)]
    [InlineData("message-service", "/api/messages/%37", 404)]
    [InlineData("message-service", "/api/messages/07", 404)]
    [InlineData("message-service", "/api/messages/+7", 404)]
    [InlineData("user-service", "/API/users/ping", 404)]
    [InlineData("user-service", "/api/Users/ping", 404)]
    [InlineData("user-service", "/api/users/PING", 404)]
    [InlineData("user-service", "/api/users/ping/", 404)]
    [InlineData("user-service", "/api/users/ping//", 404)]
    [InlineData("user-service", "/api/users/", 404)]
    [InlineData("user-service", "//api/users/ping", 404)]
    [InlineData("user-service", "/api//users/ping", 404)]
    [InlineData("user-service", "/api/%75sers/ping", 404)]
    [InlineData("user-service", "/api/users/%70ing", 404)]
    [InlineData("user-service", "/api/./users/ping", 404)]
    [InlineData("user-service", "/api/x/../users/ping", 404)]
    [InlineData("user-service", "/api/x/%2e%2e/users/ping", 404)]
    [InlineData("user-service", "/api/x/.%2E/users/ping", 404)]
    [InlineData("user-service", "/api/users/ping/.", 404)]
    [InlineData("user-service", "/api/users/ping/x/..", 404)]
    [InlineData("user-service", "/api/users%2fping", 404)]
    [InlineData("user-service", "/api\\users\\ping", 404)]
    [InlineData("user-service", "/api/users/ping;a=b", 404)]
    [InlineData("user-service", "/api/users/ping%20", 404)]
    [InlineData("user-service", "/api/users/ping%00", 400)]
    [InlineData("user-service", "http://user-service/API/users/ping", 404)]
    [InlineData("user-service", "/Healthz/ready", 404)]
    [InlineData("user-service", "/internal/users/?id=1", 404)]
    [InlineData("user-service", "/Internal/users?id=1", 404)]
    [InlineData("user-service", "/OpenApi/v1.json", 404)]
    [InlineData("message-service", "/api/messages/7/", 404)]
    [InlineData("message-service", "/API/messages/7", 404)]
    [InlineData("log-service", "/api/logs/Redis", 404)]
    public async Task Only_the_route_s_own_spelling_reaches_it(string service, string target, int status)
    {
        using var client = Board.Client(service);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", client.BaseAddress!.Port);
        await socket.Client.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: user-service\r\nConnection: close\r\n\r\n"));

        using var reader = new StreamReader(socket.GetStream(), Encoding.Latin1);
        Assert.StartsWith($"HTTP/1.1 {status} ", await reader.ReadLineAsync());
    }
}
