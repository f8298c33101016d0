using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Tests.Egress;

/// <summary>A real HTTPS server on a free port; it answers with the host it was asked for and its caller's certificate.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsServer(X509Certificate2 certificate, bool asksForCertificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, name) =>
            {
                Names.Enqueue(name ?? "");
                return certificate;
            };
            https.ClientCertificateMode =
                asksForCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
            https.ClientCertificateValidation = (_, _, _) => true;
        })));
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(
            $"{context.Request.Scheme} {context.Request.Host} {context.Connection.ClientCertificate?.Subject}"));
    }

    /// <summary>The names that callers have told in the handshake (SNI).</summary>
    public ConcurrentQueue<string> Names { get; } = [];

    public int Port =>
        new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public static async Task<TlsServer> StartAsync(X509Certificate2 certificate, bool asksForCertificate = false)
    {
        var server = new TlsServer(certificate, asksForCertificate);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
