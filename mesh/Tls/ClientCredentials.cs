using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MessageBoard.Mesh.Tls;

/// <summary>The certificates of one policy's files.</summary>
internal sealed class ClientCredentials
{
    private readonly CredentialFile<X509Certificate2Collection>? _authorities;
    private readonly CredentialFile<SslStreamCertificateContext>? _own;

    public ClientCredentials(ClientTls settings)
    {
        if (settings.CaCertificates is { } authorities)
            _authorities = new(() => ReadAuthorities(authorities), authorities);

        if (settings is { ClientCertificate: { } certificate, PrivateKey: { } key })
            _own = new(() => ReadOwn(certificate, key), certificate, key);
    }

    /// <summary>The authorities that are trusted; null for the system's.</summary>
    /// <exception cref="TlsFailure">There are none to be read.</exception>
    public X509Certificate2Collection? Authorities =>
        _authorities is null ? null : _authorities.Value ?? throw new TlsFailure("the trusted authorities cannot be read");

    /// <summary>The caller's own certificate; null for none.</summary>
    /// <exception cref="TlsFailure">It cannot be read.</exception>
    public SslStreamCertificateContext? Own =>
        _own is null ? null : _own.Value ?? throw new TlsFailure("the caller's certificate cannot be read");

    /// <summary>Reads a file of authorities.</summary>
    /// <exception cref="CryptographicException">It holds none.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        return all.Count > 0 ? all : throw new CryptographicException("has no certificate in PEM");
    }

    /// <summary>Reads a caller's certificate, those between it and its authority, and its key.</summary>
    /// <exception cref="CryptographicException">They do not fit.</exception>
    public static SslStreamCertificateContext ReadOwn(string certificate, string key)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true);
    }
}
