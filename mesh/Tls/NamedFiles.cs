using System.Security.Cryptography;

namespace MessageBoard.Mesh.Tls;

/// <summary>The files of certificates and keys that DestinationRules name.</summary>
internal static class NamedFiles
{
    /// <summary>By what it is seen whether any of them has changed.</summary>
    public static IReadOnlyList<(string Path, DateTime Written, long Length)> Stamps(IEnumerable<IMeshResource> resources) =>
    [
        .. resources.OfType<DestinationRule>().SelectMany(Of).SelectMany(tls => tls.Settings.Files).Select(file => file.Path).Distinct()
            .Select(path => new FileInfo(path))
            .Select(file => file.Exists ? (file.FullName, file.LastWriteTimeUtc, file.Length) : (file.FullName, default, -1)),
    ];

    /// <summary>What is wrong with them, without a word of what they hold.</summary>
    public static IEnumerable<MeshProblem> Problems(IEnumerable<IMeshResource> resources) =>
        from rule in resources.OfType<DestinationRule>()
        from tls in Of(rule)
        let problem = Problem(tls.Settings)
        where problem is not null
        let field = tls.Path["tls"][problem.Value.Field]
        select new MeshProblem(rule.File, null, rule.Key, field, $"{field}: {problem.Value.Words}");

    private static IEnumerable<(FieldPath Path, ClientTls Settings)> Of(DestinationRule rule) =>
    [
        .. Of(rule.TrafficPolicy, FieldPath.Spec["trafficPolicy"]),
        .. rule.Subsets.SelectMany((subset, i) => Of(subset.TrafficPolicy, FieldPath.Spec["subsets"][i]["trafficPolicy"])),
    ];

    private static IEnumerable<(FieldPath Path, ClientTls Settings)> Of(TrafficPolicy? policy, FieldPath path)
    {
        if (policy?.Tls?.Origination is { } own)
            yield return (path, own);

        foreach (var ofPort in policy?.Ports.Values ?? [])
        {
            if (ofPort.Tls?.Origination is { } settings)
                yield return (path["portLevelSettings"], settings);
        }
    }

    private static (string Field, string Words)? Problem(ClientTls settings)
    {
        foreach (var (field, path) in settings.Files)
        {
            if (!File.Exists(path))
                return (field, $"there is no file '{path}'");
        }

        var reading = "caCertificates";
        try
        {
            if (settings is { CaCertificates: { } authorities, InsecureSkipVerify: false })
                ClientCredentials.ReadAuthorities(authorities);

            reading = "clientCertificate";
            if (settings is { ClientCertificate: { } certificate, PrivateKey: { } key })
                ClientCredentials.ReadOwn(certificate, key);

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (reading, "the file cannot be read");
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return (reading, reading is "caCertificates" ? "the file has no certificate in PEM" : "certificate and privateKey do not fit");
        }
    }
}
