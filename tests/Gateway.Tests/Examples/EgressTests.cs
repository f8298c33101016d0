using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using MessageBoard.Mesh.Names;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Gateway.Tests.Examples;

/// <summary>The exercises that go out, to a server of the test's; and that nobody goes out who must not.</summary>
public sealed class EgressTests : IAsyncLifetime
{
    private readonly OutgoingGateway _gateway = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<(string Url, string[] Headers)> _seen = [];

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Egress_answers_a_path_from_outside_and_tells_it_nothing_of_the_session()
    {
        await using var server = await StartAsync(null);
        await _gateway.ApplyExampleAsync("egress", text => text.Replace(
            "protocol: HTTP\n", $"protocol: HTTP\n      targetPort: {PortOf(server)}\n", StringComparison.Ordinal));

        await AssertAsync("http://httpbin.org/get?a=b");
    }

    [Fact]
    public async Task TLS_origination_goes_out_by_TLS()
    {
        using var authority = new TestAuthority();
        _folder.Write("ca.pem", authority.Pem);
        await using var server = await StartAsync(authority.Issue(["httpbin.org"]));
        await _gateway.ApplyExampleAsync("tls-origination", text => text
            .Replace("targetPort: 443", $"targetPort: {PortOf(server)}", StringComparison.Ordinal)
            .Replace("mode: SIMPLE", $"mode: SIMPLE\n          caCertificates: {_folder["ca.pem"]}", StringComparison.Ordinal));

        await AssertAsync("https://httpbin.org/get?a=b");
    }

    // Whatever a stranger writes, the gateway's own routes say where a request goes.
    [Fact]
    public async Task No_stranger_makes_the_gateway_go_elsewhere()
    {
        await using var server = await StartAsync(null);
        var elsewhere = $"127.0.0.1:{PortOf(server)}";
        string[] requests =
        [
            $"GET /api/users/ping HTTP/1.1\r\nHost: {elsewhere}",
            $"GET http://{elsewhere}/api/users/ping HTTP/1.1\r\nHost: {elsewhere}",
            $"GET http://{elsewhere}/api/users/ping HTTP/1.1\r\nHost: localhost",
            $"GET /api/users/ping HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: {elsewhere}\r\nX-Original-Host: {elsewhere}",
            $"GET //{elsewhere}/api/users/ping HTTP/1.1\r\nHost: localhost",
            $"GET /api/users/http://{elsewhere}/ HTTP/1.1\r\nHost: localhost",
            $"GET /api/users/@{elsewhere}/ HTTP/1.1\r\nHost: localhost",
            $"CONNECT {elsewhere} HTTP/1.1\r\nHost: {elsewhere}",
        ];

        foreach (var request in requests)
            await RawHttp.SendAsync(_gateway.Client.BaseAddress!, $"{request}\r\nConnection: close\r\n\r\n");

        // Nor when the mesh no longer knows the service.
        foreach (var file in Directory.EnumerateFiles(_gateway.Istio, "*.yaml", SearchOption.AllDirectories))
            File.Delete(file);

        await Eventually.IsTrueAsync(
            async () => (int)(await _gateway.Client.GetAsync("/api/users/ping")).StatusCode == 404, "nothing is known");
        foreach (var request in requests)
            await RawHttp.SendAsync(_gateway.Client.BaseAddress!, $"{request}\r\nConnection: close\r\n\r\n");

        Assert.Empty(_seen);
        Assert.Empty(_gateway.Asked);
        Assert.All(_gateway.Seen, seen => Assert.Equal("user-service", seen.Host));
    }

    private async Task AssertAsync(string url)
    {
        const int Requests = 20;
        for (var i = 0; i < Requests; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/outside/get?a=b");
            request.Headers.Add("Cookie", "session=secret");
            using var response = await _gateway.Client.SendAsync(request);
            Assert.Equal((HttpStatusCode.OK, "outside"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
            using var own = await _gateway.Client.GetAsync("/api/users/ping");
            Assert.True(own.Headers.Contains("X-Service-Cluster"));
        }

        Assert.Equal(Requests, _seen.Count);
        Assert.All(_seen, seen => Assert.Equal(url, seen.Url));
        Assert.DoesNotContain(
            _seen.SelectMany(seen => seen.Headers),
            name => name is "cookie" or "authorization" or "x-mesh-source" or "forwarded" or "x-forwarded-for" or "x-forwarded-host");
        Assert.Equal(["httpbin.org"], _gateway.Asked.Distinct());
    }

    private static int PortOf(WebApplication server) => new Uri(server.Urls.Single()).Port;

    private async Task<WebApplication> StartAsync(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        var server = builder.Build();
        server.Run(context =>
        {
            var request = context.Request;
            _seen.Enqueue((
                $"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}",
                [.. request.Headers.Keys.Select(name => name.ToLowerInvariant())]));
            return context.Response.WriteAsync("outside");
        });
        await server.StartAsync();
        return server;
    }

    private sealed class OutgoingGateway : MeshedGateway
    {
        public ConcurrentQueue<string> Asked { get; } = [];

        protected override NameLookup? Lookup => (name, _) =>
        {
            Asked.Enqueue(name);
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        };
    }
}
