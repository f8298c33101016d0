using System.Text;

namespace MessageBoard.Local.MeshFiles;

/// <summary>
/// Tells the mesh which processes there are, in Istio's own words: a ServiceEntry for each service and a WorkloadEntry for
/// each ready process (https://istio.io/latest/docs/reference/config/networking/workload-entry/).
/// </summary>
internal sealed class WorkloadFiles(string folder)
{
    /// <summary>Starts with an empty folder but for the ServiceEntries.</summary>
    public void Reset(IEnumerable<string> services)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);

        foreach (var service in services)
            Write(service, ServiceEntry(service));
    }

    /// <summary>Lists the process while it serves.</summary>
    public void Show(ProcessState process)
    {
        var isListed = File.Exists(PathOf(process.Pod));
        if (process.Serving && !isListed)
            Write(process.Pod, WorkloadEntry(process));
        else if (isListed && !process.Serving)
            File.Delete(PathOf(process.Pod));
    }

    private void Write(string name, string yaml) => AtomicFile.Write(PathOf(name), Encoding.UTF8.GetBytes(yaml));

    private string PathOf(string name) => Path.Combine(folder, $"{name}.yaml");

    private static string ServiceEntry(string service) =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata:
          name: {{service}}
          namespace: messageboard
        spec:
          hosts: [{{service}}.messageboard.svc.cluster.local]
          location: MESH_INTERNAL
          resolution: STATIC
          ports:
            - number: 80
              name: http
              protocol: HTTP
          workloadSelector:
            labels:
              app: {{service}}

        """;

    private static string WorkloadEntry(ProcessState process) =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata:
          name: {{process.Pod}}
          namespace: messageboard
        spec:
          address: 127.0.0.1
          ports:
            http: {{process.Port}}
          labels:
            app: {{process.App}}
            cluster: {{process.Cluster}}
          locality: {{process.Cluster}}

        """;
}
