using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Scripts.Tests.Packages;

/// <summary>
/// A NuGet feed with its list of vulnerabilities (https://learn.microsoft.com/nuget/api/vulnerability-info) and an npm registry with its
/// advisories, as far as an audit asks them, under a certificate of their own.
/// </summary>
internal sealed class Feeds : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Feeds(WebApplication app) => _app = app;

    /// <summary>Whether there is a list at all.</summary>
    public bool HaveLists { get; set; } = true;

    /// <summary>The package that either list names, with all its versions.</summary>
    public string? Vulnerable { get; set; }

    public string Address => _app.Urls.Single();

    /// <summary>Starts the feeds; whoever calls them has to trust <paramref name="certificateFile"/>.</summary>
    public static async Task<Feeds> StartAsync(string certificateFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var feeds = new Feeds(app);
        app.Run(feeds.AnswerAsync);
        await app.StartAsync();
        return feeds;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        object? answer = context.Request.Path.Value switch
        {
            "/index.json" => new { version = "3.0.0", resources = Resources() },
            "/vulnerabilities" => new[]
            {
                new Dictionary<string, string> { ["@name"] = "base", ["@id"] = $"{Address}/base", ["@updated"] = "2026-01-01T00:00:00Z" },
            },
            "/base" => Named(new { severity = 2, url = "https://github.com/advisories/GHSA-nuget", versions = "(, 1000.0.0)" }),
            "/-/npm/v1/security/advisories/bulk" when HaveLists => Named(new
            {
                id = 1,
                title = "A hole",
                severity = "high",
                url = "https://github.com/advisories/GHSA-npm",
                vulnerable_versions = "<1000.0.0",
            }),
            _ => null,
        };
        context.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return context.Response.WriteAsJsonAsync(answer);
    }

    private Dictionary<string, string>[] Resources() =>
    [
        new() { ["@type"] = "PackageBaseAddress/3.0.0", ["@id"] = $"{Address}/packages/" },
        .. HaveLists ? [new Dictionary<string, string> { ["@type"] = "VulnerabilityInfo/6.7.0", ["@id"] = $"{Address}/vulnerabilities" }]
            : Array.Empty<Dictionary<string, string>>(),
    ];

    private Dictionary<string, object[]> Named(object advisory) => Vulnerable is null ? [] : new() { [Vulnerable] = [advisory] };
}
