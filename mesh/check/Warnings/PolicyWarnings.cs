using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using static MessageBoard.MeshCheck.Given.GivenDocument;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>Policies for workloads that are not there.</summary>
internal static class PolicyWarnings
{
    public static IEnumerable<Warning> Find(GivenMesh mesh)
    {
        var workloads = mesh.Workloads.ToLookup(workload => workload.Key.Namespace);
        return from document in mesh.Documents
               where document.Key.Kind is "AuthorizationPolicy" or "RequestAuthentication" or "PeerAuthentication"
               let path = FieldPath.Spec["selector"]["matchLabels"]
               let labels = Texts(document.Find(path))
               let known = document.Key.Namespace == HostNames.RootNamespace ? mesh.Workloads : workloads[document.Key.Namespace]
               // Manifests whose labels kustomize adds have none of them yet.
               where known.Any(workload => labels.Keys.Any(workload.Labels.ContainsKey)) && !known.Any(workload => workload.Carries(labels))
               select document.At(
                   path, "IST0127", $"is for no workload: none carries {GivenWorkload.Describe(labels)}");
    }
}
