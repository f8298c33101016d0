using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Gateway.Tests.Proxy;

/// <summary>What a service gets of a request's target, byte for byte.</summary>
public sealed class SentPathTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Theory]
    [InlineData("/api/users/a%2Fb", "/api/users/a%2Fb")]
    [InlineData("/api/users/a%2fb%5Cc%252Fd", "/api/users/a%2fb%5Cc%252Fd")]
    [InlineData("/api/users/%61%7E~!$&'()*+,;=:@", "/api/users/%61%7E~!$&'()*+,;=:@")]
    [InlineData("/api/users/x//y/", "/api/users/x//y/")]
    [InlineData("/api/users/%ED%95%9C%FF?q=%ED%95%9C+%20&&=#[a]?b/../%2e", "/api/users/%ED%95%9C%FF?q=%ED%95%9C+%20&&=#[a]?b/../%2e")]
    [InlineData("/api/users/./a/../b/%2e/%2E%2e/c", "/api/users/c")]
    [InlineData("/api/users/a/..", "/api/users/")]
    [InlineData("/api/messages/../users/ping", "/api/users/ping")]
    [InlineData("/api/users/..%2f..%2finternal/users", "/api/users/..%2f..%2finternal/users")]
    [InlineData("/api/users/%252e%252e/%252e%252e/internal/users", "/api/users/%252e%252e/%252e%252e/internal/users")]
    [InlineData("http://localhost/api/users/ping?a=%2F", "/api/users/ping?a=%2F")]
    [InlineData("/users/me?a=%2F", "/api/users/me?a=%2F")]
    public async Task It_is_as_it_was_written_apart_from_dot_segments(string sent, string seen)
    {
        var (status, headers) = await GetAsync(sent);

        Assert.Equal(200, status);
        Assert.Contains($"X-Seen-Target: {seen}", headers);
    }

    [Theory]
    [InlineData(@"/api/users/..\..\internal/users")]
    [InlineData(@"/api/users\ping")]
    [InlineData("http://localhost/api/users/..%2f..%2finternal/users")]
    [InlineData("http://localhost/api/users/%2e%2e%2F%2e%2e%2Finternal%2Fusers")]
    [InlineData("http://localhost/internal/users")]
    [InlineData(@"http://localhost/api/users\..\..\internal/users")]
    [InlineData("/api/users/../../internal/users")]
    [InlineData("/api/users/%2e%2E/.%2e/internal/users")]
    [InlineData("//api/users/ping")]
    public async Task What_two_could_read_differently_comes_to_no_service(string sent)
    {
        var (status, headers) = await GetAsync(sent);

        Assert.Contains(status, (int[])[400, 404]);
        Assert.DoesNotContain(headers, header => header.StartsWith("X-Seen-Target", StringComparison.Ordinal));
    }

    private async Task<(int Status, IReadOnlyList<string> Headers)> GetAsync(string target)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(gateway.Client.BaseAddress!.Host, gateway.Client.BaseAddress.Port);
        await socket.Client.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream(), Encoding.Latin1);
        var lines = (await reader.ReadToEndAsync()).Split("\r\n");
        return (int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), lines);
    }
}
