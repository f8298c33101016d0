using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Services.Tests.Http;

/// <summary>A DENY policy by path on a real service: no spelling of the path reaches the handler.</summary>
[Collection(Boards.Embedded)]
public sealed class DeniedPathTests(EmbeddedBoard board) : BoardTests(board)
{
    private const string Denied = "/api/users/ping";

    private static readonly string[] Spellings =
    [
        Denied, "/api/users/ping?a=b", "//api/users/ping", "/api//users///ping", "/api/users/ping/", "/api/users/ping//", "/API/users/ping",
        "/api/Users/PING", "/api/users/%70ing", "/%61pi/users/ping", "/api/./users/ping", "/api/users/ping/.", "/api/x/../users/ping",
        "/api/x/%2e%2e/users/ping", "/api/x/.%2E/users/ping", "/./api/users/ping", "/x//../api/users/ping", "/api/users/x/..//ping",
        "/api/users%2fping", "/api%2Fusers%2Fping", "/api%252fusers/ping", "/api/users/%2570ing", @"/api\users\ping", @"\api\users\ping",
        "/api/users%5cping", "/api/users/ping;a=b", "/api/users/ping%20", "/api/users/ping%00", "/api/users/ping%0d", "/api/users/ping#a",
        "/healthz/../api/users/ping", "/healthz/%2e%2e/api/users/ping", "/healthz%2f..%2fapi/users/ping", "/healthz//../../api/users/ping",
        "http://user-service/api/users/ping", "http://user-service/api%2fusers%2fping", "http://user-service//api/users/ping",
        "http://user-service/healthz/..%2fapi%2fusers%2fping", "http://user-service/healthz/%2e%2e/api/users/ping",
        @"http://user-service/healthz\..\api\users\ping", "https://user-service/api/users/./ping", "http://a@user-service/API/users/ping",
    ];

    [Fact]
    public async Task No_spelling_reaches_the_handler()
    {
        var policy = Path.Combine(Board.Istio, "denied.yaml");
        await File.WriteAllTextAsync(policy, $$"""
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: { name: denied, namespace: messageboard }
            spec:
              selector: { matchLabels: { app: user-service } }
              action: DENY
              rules: [{ to: [{ operation: { paths: ["{{Denied}}"] } }] }]
            """);
        try
        {
            await Eventually.IsTrueAsync(async () => await StatusAsync(Denied) == 403, "the policy is in force");
            foreach (var spelling in Spellings)
                Assert.True(await StatusAsync(spelling) is 400 or 403 or 404, spelling);

            Assert.Equal(401, await StatusAsync("/api/users/me")); // all else is answered
        }
        finally
        {
            File.Delete(policy);
        }

        await Eventually.IsTrueAsync(async () => await StatusAsync(Denied) == 200, "the policy is gone");
    }

    private async Task<int> StatusAsync(string target)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", Users.BaseAddress!.Port);
        await socket.Client.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: user-service\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream(), Encoding.Latin1);
        return int.Parse((await reader.ReadLineAsync())!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
