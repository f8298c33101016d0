using MessageBoard.Gateway.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Gateway.Tests.Edge;

/// <summary>The gateway with names of its own.</summary>
public sealed class NamedGateway : MeshedGateway
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Gateway:Hosts"] = "board.example, *.school.example,fd00::1, 게시판.example",
    };
}

public sealed class HostTests(NamedGateway gateway) : IClassFixture<NamedGateway>
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:1")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("127.0.0.1:65535")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8080")]
    [InlineData("Board.Example:443")]
    [InlineData("a.school.example")]
    [InlineData("[fd00::1]:80")]
    [InlineData("xn--o79a463btol.example")]
    public async Task A_name_of_ours_is_answered(string host)
    {
        foreach (var path in (string[])["/", "/api/users/ping", "/api/traffic"])
        {
            var (status, answer) = await GetAsync(path, host);
            Assert.True(status == 200, $"{path}: {answer}");
        }

        Assert.Contains(gateway.Seen, seen => seen.Host == "user-service");
        Assert.DoesNotContain(gateway.Seen, seen => seen.Host != "user-service");
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8080")]
    [InlineData("localhost.")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("127.0.0.2")]
    [InlineData("0.0.0.0")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[0:0:0:0:0:0:0:1]")]
    [InlineData("school.example")]
    [InlineData("notboard.example")]
    [InlineData("messageboard.svc")]
    [InlineData("10.1.2.3:8080")]
    [InlineData("xn--99999999999.school.example")]
    public async Task Any_other_is_misdirected_whatever_it_asks_for(string host)
    {
        foreach (var path in (string[])[
            "/", "/api/users/ping", "/api/traffic", "/openapi", "/nothing", "/healthz/../api/users/ping", "/HEALTHZ/live"])
        {
            var (status, answer) = await GetAsync(path, host);
            Assert.Equal((host, path, 421), (host, path, status));
            Assert.Contains("application/problem+json", answer);
            Assert.Contains("\r\nX-Content-Type-Options: nosniff\r\n", answer);
            Assert.Matches("\"traceId\":\"[0-9a-f]{32}\"", answer);
        }

        Assert.Equal(200, (await GetAsync("/healthz/live", host)).Status); // a kubelet knows a pod by its address only
        Assert.DoesNotContain(gateway.Seen, seen => seen.Host == host);
    }

    [Theory]
    [InlineData("GET /api/users/ping HTTP/1.1\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost:\r\n", 421)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost: localhost, evil.example\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost: localhost@evil.example\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost: localhost:80a\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost: localhost/\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost : localhost\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\n Host: localhost\r\n", 400)]
    [InlineData("GET /api/users/ping HTTP/1.0\r\n", 421)]
    [InlineData("GET /api/users/ping HTTP/1.0\r\nHost: localhost\r\n", 200)]
    [InlineData("GET /healthz/live HTTP/1.0\r\n", 200)]
    // In absolute form the request line counts (RFC 9112, 3.2.2); where both differ nobody knows who is meant.
    [InlineData("GET http://localhost/api/users/ping HTTP/1.1\r\nHost: localhost\r\n", 200)]
    [InlineData("GET http://evil.example/api/users/ping HTTP/1.1\r\nHost: evil.example\r\n", 421)]
    [InlineData("GET http://evil.example/api/users/ping HTTP/1.1\r\nHost: localhost\r\n", 400)]
    [InlineData("GET http://localhost/api/users/ping HTTP/1.1\r\nHost: evil.example\r\n", 400)]
    [InlineData("GET http://localhost/api/users/ping HTTP/1.0\r\n", 421)]
    [InlineData("CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n", 421)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n", 421)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n", 404)]
    [InlineData("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n", 404)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost: localhost:99999999999999999999\r\n", 200)]
    [InlineData("GET /api/users/ping HTTP/1.1\r\nHost: localhost:\r\n", 400)]
    [InlineData("POST /api/users/ping HTTP/1.1\r\nHost: localhost:99999999999999999999\r\nOrigin: http://localhost\r\n", 403)]
    public async Task An_odd_request_line_or_header_is_no_way_in(string head, int status)
    {
        var (answered, answer) = await RawHttp.SendAsync(gateway.Client.BaseAddress!, $"{head}Connection: close\r\n\r\n");
        Assert.True(answered == status, answer);
    }

    [Theory]
    [InlineData("http://board.example")]
    [InlineData("board.example:8080")]
    [InlineData("a/b")]
    [InlineData("*")]
    [InlineData("a b")]
    public async Task A_setting_that_names_no_host_stops_the_start(string setting)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => MiniGateway.StartAsync(("Gateway:Hosts", setting)));
        Assert.Contains($"'{setting}'", failure.Message);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.NotFound)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Http_2_has_its_authority_instead(string authority, HttpStatusCode status)
    {
        await using var app = await MiniGateway.StartAsync();
        using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { Host = authority },
        };

        using var response = await client.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
    }

    private Task<(int Status, string Answer)> GetAsync(string path, string host) => RawHttp.SendAsync(
        gateway.Client.BaseAddress!, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

    /// <summary>The edge with nothing behind it, over HTTP/2.</summary>
    private static class MiniGateway
    {
        public static async Task<WebApplication> StartAsync(params (string Name, string Value)[] settings)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel =>
                kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
            foreach (var (name, value) in settings)
                builder.Configuration[name] = value;

            builder.Services.AddProblemDetails();
            var app = builder.Build();
            app.UseEdge();
            await app.StartAsync();
            return app;
        }
    }
}
