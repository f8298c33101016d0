namespace MessageBoard.Mesh.Loading;

// Istio's rules: ValidateTLS in pkg/config/validation/agent/validation.go; what they mean: pilot/pkg/networking/core/cluster_tls.go.
internal static class ClientTlsReader
{
    /// <summary>Reads <c>tls</c>; null when it is not there. DISABLE and ISTIO_MUTUAL have no TLS of their own here.</summary>
    public static TlsPolicy? Read(YamlFields policy)
    {
        if (policy.Object("tls") is not { } tls)
            return null;

        var mode = tls.Word("mode", "DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL") ?? "DISABLE";
        var read = new ClientTls
        {
            Sni = tls.FilledText("sni"),
            SubjectAltNames = tls.Texts("subjectAltNames"),
            CaCertificates = tls.FilledText("caCertificates"),
            ClientCertificate = tls.FilledText("clientCertificate"),
            PrivateKey = tls.FilledText("privateKey"),
            InsecureSkipVerify = tls.Flag("insecureSkipVerify"),
        };
        read = read with { VerifiesHost = read.Sni is null && read.SubjectAltNames.Count == 0 };
        var (credential, crl) = (tls.FilledText("credentialName"), tls.FilledText("caCrl"));
        if (mode is not ("SIMPLE" or "MUTUAL"))
        {
            tls.Done();
            policy.Note("tls", "is not carried out by the local mesh: it calls its own processes without TLS");
            return new(null);
        }

        if (read.InsecureSkipVerify && (read.CaCertificates is not null || read.SubjectAltNames.Count > 0
            || (credential is not null && mode is "SIMPLE")))
            tls.Report("insecureSkipVerify", "must not stand beside caCertificates, subjectAltNames or (with SIMPLE) credentialName");

        if (credential is not null && (crl ?? read.CaCertificates ?? read.ClientCertificate ?? read.PrivateKey) is not null)
            tls.Report("credentialName", "must not stand beside certificates in files");
        else if (credential is not null)
            tls.Refuse("credentialName", "is not carried out by the local mesh, which has no secrets of a cluster: name files");
        else if (mode is "MUTUAL")
            RequireFiles(tls);

        if (crl is not null)
            tls.Refuse("caCrl");

        if (mode is "SIMPLE")
        {
            tls.Note("clientCertificate", "has no effect with mode SIMPLE");
            tls.Note("privateKey", "has no effect with mode SIMPLE");
            read = read with { ClientCertificate = null, PrivateKey = null };
        }

        if (read is { Sni: not null, SubjectAltNames.Count: 0, InsecureSkipVerify: false })
            tls.Note("sni", "without subjectAltNames lets any name stand in the server's certificate, as in Istio");

        tls.Done();
        return new(read);
    }

    private static void RequireFiles(YamlFields tls)
    {
        foreach (var name in (ReadOnlySpan<string>)["clientCertificate", "privateKey"])
        {
            if (tls.FilledText(name) is null)
                tls.Report(name, "is missing: mode MUTUAL has a certificate of the caller's");
        }
    }
}
