using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>A server with a certificate of its own authority, for what the real API servers cannot be made to do.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandIn(WebApplication app, Authority authority, int port)
    {
        _app = app;
        Authority = authority;
        Port = port;
    }

    public Authority Authority { get; }

    public int Port { get; }

    public string Host => $"https://127.0.0.1:{Port}";

    /// <param name="answer">Gives each request its answer.</param>
    /// <param name="name">The only DNS name in the certificate; null for the address 127.0.0.1.</param>
    public static async Task<StandIn> StartAsync(RequestDelegate answer, string? name = null)
    {
        var authority = new Authority();
        var port = Repository.FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listener => listener.UseHttps(https =>
        {
            https.ServerCertificate = authority.Issue(name ?? "server", name is null ? IPAddress.Loopback : null);
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        })));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new StandIn(app, authority, port);
    }

    /// <summary>Answers a list that is empty but for one text.</summary>
    public static Task SayAsync(HttpContext context, string? text) => context.Response.WriteAsJsonAsync(new { said = text });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        Authority.Dispose();
    }
}

/// <summary>Issues certificates.</summary>
internal sealed class Authority : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly X509SubjectKeyIdentifierExtension _keyIdentifier;

    public Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(_keyIdentifier = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public string Pem => _root.ExportCertificatePem();

    public X509Certificate2 Issue(string name, IPAddress? address = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (address is null)
            names.AddDnsName(name);
        else
            names.AddIpAddress(address);

        request.CertificateExtensions.Add(names.Build());

        // tells apart authorities of the same name, as a cluster has while it rotates its own
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(_keyIdentifier));
        using var certificate = request.Create(_root, _root.NotBefore, _root.NotAfter, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate with its key, in PEM.</summary>
    public (string Certificate, string Key) IssuePem(string name)
    {
        using var certificate = Issue(name);
        using var key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _root.Dispose();
}
