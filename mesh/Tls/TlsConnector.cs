using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MessageBoard.Mesh.Tls;

/// <summary>Makes TLS with a server, as the policy has it at that moment.</summary>
internal static class TlsConnector
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    // By their words: a configuration that is read again says the same, and its files are read no more than need be.
    private static readonly ConcurrentDictionary<ClientTls, ClientCredentials> Credentials = [];

    /// <summary>Makes TLS.</summary>
    /// <param name="stream">The connection, which is closed when that fails.</param>
    /// <param name="host">The host that the request is for, without a port.</param>
    /// <param name="settings">The policy.</param>
    /// <param name="cancellationToken">Tells that it takes too long.</param>
    /// <exception cref="TlsFailure">The server, or its certificate, is not as it has to be.</exception>
    public static async Task<SslStream> ConnectAsync(Stream stream, string host, ClientTls settings, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream);
        string? reason = null;
        try
        {
            var credentials = Credentials.GetOrAdd(settings, static settings => new(settings));
            var authorities = credentials.Authorities;
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = settings.Sni ?? host,
                    ClientCertificateContext = credentials.Own,
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        reason = Problem((X509Certificate2?)certificate, chain, errors, settings, authorities);
                        return reason is null;
                    },
                },
                cancellationToken);

            // With TLS 1.3 a server refuses the caller's certificate after that: the first read tells.
            return tls;
        }
        catch (Exception exception)
        {
            await tls.DisposeAsync();
            if (exception is TlsFailure or OperationCanceledException)
                throw;

            throw new TlsFailure(reason ?? (exception is AuthenticationException or IOException
                ? "the server does not agree to TLS"
                : "there is no TLS with the server"), exception);
        }
    }

    private static string? Problem(
        X509Certificate2? certificate, X509Chain? received, SslPolicyErrors errors, ClientTls settings,
        X509Certificate2Collection? authorities)
    {
        if (settings.InsecureSkipVerify)
            return null;

        if (certificate is null)
            return "the server has no certificate";

        var isTrusted = authorities is null
            ? !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
            : IsFrom(authorities, certificate, received);
        if (!isTrusted)
            return IsOutOfTime(certificate)
                ? "the server's certificate is not valid at this time"
                : "the server's certificate is not from a trusted authority";

        return (settings.VerifiesHost && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            || (settings.SubjectAltNames.Count > 0 && !SubjectNames.HasAny(certificate, settings.SubjectAltNames))
                ? "the server's certificate is for another name"
                : null;
    }

    private static bool IsFrom(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain? received)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ApplicationPolicy.Add(new(ServerAuthentication));
        if (received is not null)
            chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);

        return chain.Build(certificate);
    }

    private static bool IsOutOfTime(X509Certificate2 certificate) =>
        DateTime.UtcNow < certificate.NotBefore.ToUniversalTime() || DateTime.UtcNow > certificate.NotAfter.ToUniversalTime();
}
