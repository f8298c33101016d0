using System.Text;
using MessageBoard.Local.Processes;

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

    public void Add(ProcessSpec process, int port) => Write(process.Pod, WorkloadEntry(process, port));

    public void Remove(string pod)
    {
        if (File.Exists(PathOf(pod)))
            File.Delete(PathOf(pod));
    }

    private void Write(string name, string yaml)
    {
        Directory.CreateDirectory(folder);
        // The mesh watches the folder: it passes over names that start with a dot, and a rename shows the file whole.
        var temporary = Path.Combine(folder, $".{name}.tmp");
        File.WriteAllText(temporary, yaml, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, PathOf(name), overwrite: true);
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

    private static string WorkloadEntry(ProcessSpec process, int port) =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata:
          name: {{process.Pod}}
          namespace: messageboard
        spec:
          address: 127.0.0.1
          ports:
            http: {{port}}
          labels:
            app: {{process.App}}
            cluster: {{process.Cluster}}
          locality: {{process.Cluster}}

        """;
}
