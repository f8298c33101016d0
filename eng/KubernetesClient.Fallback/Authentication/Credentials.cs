using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace k8s.Authentication;

/// <summary>Who we are to the API server: asked anew for every request, so that what rotates is picked up.</summary>
internal abstract class Credentials
{
    /// <summary>For the TLS handshake; null when there is none.</summary>
    public virtual X509Certificate2? Certificate => null;

    /// <returns>Null when only the certificate speaks for us.</returns>
    /// <exception cref="Exceptions.KubeConfigException">They cannot be had now.</exception>
    public abstract Task<AuthenticationHeaderValue?> GetHeaderAsync(CancellationToken cancellationToken);

    /// <summary>The server refused them (401): what was kept is asked for again.</summary>
    public virtual void Forget()
    {
    }

    protected static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);
}

/// <summary>Credentials that stay what they are.</summary>
internal sealed class FixedCredentials(AuthenticationHeaderValue? header, X509Certificate2? certificate) : Credentials
{
    public override X509Certificate2? Certificate => certificate;

    public override Task<AuthenticationHeaderValue?> GetHeaderAsync(CancellationToken cancellationToken) => Task.FromResult(header);

    public static AuthenticationHeaderValue Token(string token) => Bearer(token);

    public static AuthenticationHeaderValue Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
}
