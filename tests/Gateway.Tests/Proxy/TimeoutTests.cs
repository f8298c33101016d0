using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace MessageBoard.Gateway.Tests.Proxy;

/// <summary>How long the gateway waits is the route's word, or its caller's, and nobody's beneath.</summary>
public sealed class TimeoutTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public void Yarp_has_no_limit_of_its_own() =>
        Assert.All(
            gateway.Services.GetRequiredService<IProxyConfigProvider>().GetConfig().Clusters,
            cluster => Assert.Equal(Timeout.InfiniteTimeSpan, cluster.HttpRequest?.ActivityTimeout));

    [Theory]
    [InlineData("x-envoy-upstream-rq-timeout-ms: 100", 504)]
    [InlineData("x-envoy-upstream-rq-timeout-ms: 60000", 200)]
    [InlineData("x-envoy-upstream-rq-timeout-ms: 100\r\nX-Forwarded-For: 8.8.8.8", 504)]
    public async Task A_caller_in_the_same_network_may_bring_a_timeout(string headers, int status)
    {
        var answer = await AskAsync("/api/users/ping?delay=1500", headers);

        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}"), answer, StringComparison.Ordinal);
        Assert.Equal(status == 504, answer.Contains("upstream request timeout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_response_that_has_begun_breaks_off_when_its_time_is_up()
    {
        var answer = await AskAsync("/api/users/ping?drip=1", "x-envoy-upstream-rq-timeout-ms: 700");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("Transfer-Encoding: chunked", answer, StringComparison.Ordinal);
        Assert.Contains("begun", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n", answer, StringComparison.Ordinal); // the last chunk
    }

    [Fact]
    public async Task One_of_which_nothing_but_the_headers_came_breaks_off_too() =>
        Assert.Equal("", await AskAsync("/api/users/ping?drip=0", "x-envoy-upstream-rq-timeout-ms: 700"));

    // All that comes, until the connection ends.
    private async Task<string> AskAsync(string target, string headers)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(gateway.Client.BaseAddress!.Host, gateway.Client.BaseAddress.Port);
        await socket.Client.SendAsync(
            Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n"));
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await socket.GetStream().ReadAsync(buffer) is > 0 and var read)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // reset
        }

        return text.ToString();
    }
}
