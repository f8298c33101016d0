namespace MessageBoard.Tests;

/// <summary>What the launcher writes about a service and its processes.</summary>
public static class MeshYaml
{
    public static string Service(string service) =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: {{service}}, namespace: messageboard }
        spec:
          hosts: [{{service}}.messageboard.svc.cluster.local]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{ number: 80, name: http, protocol: HTTP }]
          workloadSelector: { labels: { app: {{service}} } }
        ---

        """;

    public static string Workload(string service, string cluster, int port, int? http2Port = null) =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: { name: {{service}}-{{cluster}}, namespace: messageboard }
        spec:
          address: 127.0.0.1
          ports: { http: {{port}}{{(http2Port is null ? "" : $", http2: {http2Port}")}} }
          labels: { app: {{service}}, cluster: {{cluster}} }
          locality: {{cluster}}
        ---

        """;
}
