using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using static MessageBoard.MeshCheck.Given.GivenDocument;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>DestinationRules and subsets that are about nobody, or trust anybody.</summary>
internal static class DestinationRuleWarnings
{
    public static IEnumerable<Warning> Find(GivenMesh mesh)
    {
        var services = DestinationWarnings.ServicesByHost(mesh);
        foreach (var rule in mesh.Resources.OfType<DestinationRule>())
        {
            if (mesh.Find(rule.File, rule.Key) is not { } document)
                continue;

            var host = HostNames.FullName(rule.Host, rule.Key.Namespace);
            if (services.TryGetValue(host, out var service))
            {
                foreach (var warning in Subsets(mesh, document, rule, service))
                    yield return warning;
            }
            else if (services.Any(known => mesh.Holds(known.Value.File, rule.File)
                    && DomainOf(known.Key).Equals(DomainOf(host), StringComparison.OrdinalIgnoreCase))
                && !services.Keys.Any(name => HostWarnings.Overlap(host, name)))
            {
                yield return document.At(FieldPath.Spec["host"], "IST0174", $"'{host}' is no service");
            }
        }

        // Of those, too, that the local mesh cannot carry out.
        foreach (var warning in mesh.Documents.Where(document => document.Key.Kind == "DestinationRule")
                     .DistinctBy(document => document.Key)
                     .SelectMany(Unverified))
            yield return warning;
    }

    // The namespace's, where it is a service's: of other namespaces the files may know nothing.
    private static string DomainOf(string host) => host[(host.IndexOf('.') + 1)..];

    private static IEnumerable<Warning> Subsets(GivenMesh mesh, GivenDocument document, DestinationRule rule, ServiceEntry service)
    {
        var workloads = mesh.Workloads.Where(workload =>
            workload.Key.Namespace == service.Key.Namespace && service.WorkloadLabels.Count > 0 && workload.Carries(service.WorkloadLabels))
            .ToArray();
        foreach (var (i, subset) in rule.Subsets.Index())
        {
            // Where a pod runs is written in no manifest.
            var labels = subset.Labels.Where(label => !label.Key.StartsWith("topology.", StringComparison.Ordinal)).ToDictionary();
            if (workloads.Length > 0 && !workloads.Any(workload => workload.Carries(labels)))
                yield return document.At(
                    FieldPath.Spec["subsets"][i], "IST0173",
                    $"'{subset.Name}' has no workload: none carries {GivenWorkload.Describe(labels)}");
        }
    }

    private static IEnumerable<Warning> Unverified(GivenDocument document)
    {
        var policy = FieldPath.Spec["trafficPolicy"];
        if (IsUnverified(document, policy["tls"]))
            yield return document.At(policy["tls"], "IST0128", "has no caCertificates: the system's authorities are trusted");

        var ports = List(document.Find(policy), "portLevelSettings").Count;
        for (var i = 0; i < ports; i++)
        {
            var path = policy["portLevelSettings"][i]["tls"];
            if (IsUnverified(document, path))
                yield return document.At(path, "IST0129", "has no caCertificates: the system's authorities are trusted");
        }
    }

    private static bool IsUnverified(GivenDocument document, FieldPath path) => document.Find(path) is { } tls
        && Text(tls, "mode") is "SIMPLE" or "MUTUAL" && Text(document.Find(path), "caCertificates") is null
        && !(Text(document.Find(path), "credentialName") is not null && document.Find(FieldPath.Spec["workloadSelector"]) is not null);
}
