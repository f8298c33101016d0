using System.Text;
using MessageBoard.Local.State;

namespace MessageBoard.Local.MeshFiles;

/// <summary>
/// Tells the mesh which processes there are, in Istio's own words: a ServiceEntry for each service and a WorkloadEntry for
/// each ready process (https://istio.io/latest/docs/reference/config/networking/workload-entry/).
/// </summary>
internal sealed class WorkloadFiles(RunFiles files, string folder)
{
    /// <summary>Starts with an empty folder but for the ServiceEntries.</summary>
    public void Reset(IEnumerable<string> services)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);

        foreach (var service in services)
            files.Write(PathOf(service), Encoding.UTF8.GetBytes(ServiceEntry(service)));
    }

    /// <summary>Lists the process while it serves.</summary>
    public void Show(ProcessState process)
    {
        var path = PathOf(process.Pod);
        var isListed = files.Exists(path);
        if (process.Serving && !isListed)
            files.Write(path, Encoding.UTF8.GetBytes(WorkloadEntry(process)));
        else if (isListed && !process.Serving)
            files.Delete(path);
    }

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
            http: {{process.Port}}{{(process.Http2Port == 0 ? "" : $"\n    http2: {process.Http2Port}")}}
          labels:
            app: {{process.App}}
            cluster: {{process.Cluster}}
          locality: {{process.Cluster}}

        """;
}
