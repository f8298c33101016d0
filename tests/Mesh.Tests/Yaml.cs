namespace MessageBoard.Mesh.Tests;

/// <summary>Resources as an operator or the launcher writes them.</summary>
internal static class Yaml
{
    public const string Rule = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: user-service
        spec:
          host: user-service
          subsets:
            - name: ctx1
              labels: {cluster: ctx1}
            - name: ctx2
              labels: {cluster: ctx2}
        """;

    /// <summary>user-service with its subsets and one workload in each cluster, at ports 1001 and 1002.</summary>
    public static readonly string UserService = Join(
        Rule, Service("user-service"), Workload("user-service", "ctx1", 1001), Workload("user-service", "ctx2", 1002));

    public static string Join(params string[] documents) => string.Join("\n---\n", documents);

    /// <summary>A VirtualService whose spec below <c>http:</c> is given.</summary>
    public static string Routes(string http, string host = "user-service", string name = "user-service") => $"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: {name}
        spec:
          hosts: ["{host}"]
          http:
        {string.Join('\n', http.Split('\n').Select(line => $"    {line}"))}
        """;

    /// <summary>A VirtualService with a weighted split between the clusters.</summary>
    public static string Split(int ctx1, int ctx2) => Routes($$"""
        - route:
            - destination: {host: user-service, subset: ctx1}
              weight: {{ctx1}}
            - destination: {host: user-service, subset: ctx2}
              weight: {{ctx2}}
        """);

    public static string Service(string app) => $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata:
          name: {{app}}
        spec:
          hosts: [{{app}}.messageboard.svc.cluster.local]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP}]
          workloadSelector: {labels: {app: {{app}} } }
        """;

    public static string Workload(string app, string cluster, int port, string name = "pod") => $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata:
          name: {{app}}-{{cluster}}-{{name}}
        spec:
          address: 127.0.0.1
          ports: {http: {{port}}}
          labels: {app: {{app}}, cluster: {{cluster}}}
          locality: {{cluster}}
        """;
}
