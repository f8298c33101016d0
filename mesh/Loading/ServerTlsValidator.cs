namespace MessageBoard.Mesh.Loading;

/// <summary>
/// The TLS settings of a server, of a Gateway or of a sidecar's inbound port: Istio's validateTLSOptions
/// (pkg/config/validation/validation.go) and the schemas of the CRDs. Ciphers that are not known are only warned of.
/// </summary>
internal static class ServerTlsValidator
{
    private static readonly string[] Certificates =
        ["serverCertificate", "privateKey", "caCertificates", "tlsCertificates", "credentialName", "credentialNames"];

    /// <summary>Checks the settings.</summary>
    /// <returns>The mode.</returns>
    public static string Check(YamlFields tls)
    {
        var mode = ReadFields(tls);
        CheckSchema(tls);
        if (mode is "ISTIO_MUTUAL")
        {
            foreach (var name in Certificates.Where(name => IsSet(tls, name)))
                tls.Report(name, "must not be given with mode ISTIO_MUTUAL");
        }
        else
        {
            CheckCertificates(tls, mode);
        }

        tls.Done();
        return mode;
    }

    /// <summary>Whether a text is not empty, or a list has items.</summary>
    public static bool IsSet(YamlFields tls, string name) => tls.Has(name) && !tls.IsGivenEmpty(name);

    private static string ReadFields(YamlFields tls)
    {
        foreach (var name in (ReadOnlySpan<string>)
            ["serverCertificate", "privateKey", "caCertificates", "caCrl", "credentialName", "caCertCredentialName"])
            tls.Text(name);

        foreach (var name in (ReadOnlySpan<string>)
            ["subjectAltNames", "cipherSuites", "ecdhCurves", "verifyCertificateSpki", "verifyCertificateHash", "credentialNames"])
            tls.Texts(name, mayBeEmpty: true);

        tls.Flag("httpsRedirect");
        tls.Flag("insecureSkipVerify");
        foreach (var name in (ReadOnlySpan<string>)["minProtocolVersion", "maxProtocolVersion"])
            tls.Word(name, "TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3");

        return tls.Word("mode", "PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL") ?? "PASSTHROUGH";
    }

    private static void CheckSchema(YamlFields tls)
    {
        foreach (var name in (ReadOnlySpan<string>)["credentialNames", "tlsCertificates"])
        {
            if (tls.Has(name) && tls.IsEmptyList(name))
                tls.Report(name, "must not be empty");

            tls.AtMost(name, 2);
        }

        if (tls.Has("credentialNames") && (tls.Has("tlsCertificates") || tls.Has("credentialName")))
            tls.Report("credentialNames", "must not be given beside tlsCertificates or credentialName");
    }

    private static void CheckCertificates(YamlFields tls, string mode)
    {
        var pairs = tls.Objects("tlsCertificates");
        var sources = (IsSet(tls, "serverCertificate") && IsSet(tls, "privateKey") ? 1 : 0) + (IsSet(tls, "credentialName") ? 1 : 0)
            + (IsSet(tls, "credentialNames") ? 1 : 0) + (pairs.Count > 0 ? 1 : 0);
        if (sources > 1)
            tls.Report(
                null, "has to have one of credentialName, credentialNames, tlsCertificates, and serverCertificate with privateKey");

        var needsCertificates = mode is "SIMPLE" or "MUTUAL" or "OPTIONAL_MUTUAL";
        foreach (var pair in pairs)
        {
            foreach (var name in (ReadOnlySpan<string>)["serverCertificate", "privateKey", "caCertificates"])
                pair.Text(name);

            pair.Done();
        }

        // Where they come from a secret, nothing else is asked for.
        if (needsCertificates && (IsSet(tls, "credentialName") || IsSet(tls, "credentialNames")))
            return;

        if (needsCertificates)
        {
            foreach (var holder in pairs.Count > 0 ? pairs : [tls])
            {
                foreach (var name in (ReadOnlySpan<string>)["serverCertificate", "privateKey"])
                {
                    if (!IsSet(holder, name))
                        holder.Report(name, $"is missing: mode {mode} needs it");
                }
            }
        }

        if (mode is "MUTUAL" or "OPTIONAL_MUTUAL" && !IsSet(tls, "caCertificates"))
            tls.Report("caCertificates", $"is missing: mode {mode} needs it");

        if (IsSet(tls, "caCrl") && (mode is "SIMPLE" || IsSet(tls, "credentialName")))
            tls.Report("caCrl", "must not be given with mode SIMPLE or beside credentialName");
    }
}
