namespace MessageBoard.Mesh.Resources;

/// <summary>
/// TLS of the caller's own making to a service
/// (https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings). Two with the same words are equal.
/// </summary>
public sealed record ClientTls
{
    /// <summary>The server's name, told to it and not compared with its certificate; null for the request's host, which is both.</summary>
    public string? Sni { get; init; }

    /// <summary>The names of which the server's certificate has to have one; none for any.</summary>
    public IReadOnlyList<string> SubjectAltNames { get; init; } = [];

    /// <summary>Whether the server's certificate has to be for the request's host.</summary>
    public bool VerifiesHost { get; init; } = true;

    /// <summary>The file of the authorities that are trusted, PEM; null for the system's.</summary>
    public string? CaCertificates { get; init; }

    /// <summary>The file of the caller's certificate, PEM, with those between it and the authority; null for none.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>The file of its key, PEM.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>Whether the server's certificate is not looked at.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>The files that it reads, with the fields that name them.</summary>
    public IEnumerable<(string Field, string Path)> Files =>
        new[] { ("caCertificates", CaCertificates), ("clientCertificate", ClientCertificate), ("privateKey", PrivateKey) }
            .Where(file => file.Item2 is not null && !(InsecureSkipVerify && file.Item1 == "caCertificates"))!;

    /// <inheritdoc/>
    public bool Equals(ClientTls? other) =>
        other is not null
        && (Sni, VerifiesHost, CaCertificates, ClientCertificate, PrivateKey, InsecureSkipVerify)
            == (other.Sni, other.VerifiesHost, other.CaCertificates, other.ClientCertificate, other.PrivateKey, other.InsecureSkipVerify)
        && SubjectAltNames.SequenceEqual(other.SubjectAltNames);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sni, CaCertificates, ClientCertificate, SubjectAltNames.Count, VerifiesHost);
}
