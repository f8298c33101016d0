using MessageBoard.Mesh;

namespace MessageBoard.Shared;

/// <summary>Who a process is: the tags on its answers, logs and traces.</summary>
/// <param name="Name">The service's name, such as <c>user-service</c>.</param>
/// <param name="Cluster">The cluster it runs in, such as <c>ctx1</c>; <c>unknown</c> when nothing tells.</param>
/// <param name="Pod">The pod it runs in.</param>
public sealed record ServiceIdentity(string Name, string Cluster, string Pod)
{
    private const string Unknown = "unknown";

    /// <summary>
    /// Reads the identity from the environment: the cluster from <c>CLUSTER_NAME</c>, else from a <c>ctx1</c> or <c>ctx2</c>
    /// part of the host name; the pod from <c>HOSTNAME</c>, which Kubernetes sets to the pod's name.
    /// </summary>
    public static ServiceIdentity Read(string name, IConfiguration configuration)
    {
        var host = Value("HOSTNAME") ?? Environment.MachineName;
        var cluster = Value("CLUSTER_NAME") ?? host.Split('-', '.').FirstOrDefault(part => part is "ctx1" or "ctx2") ?? Unknown;
        return new(name, cluster, host);

        string? Value(string key) => configuration[key] is { Length: > 0 } value ? value : null;
    }

    /// <summary>Who it is to the local mesh: what labels, service account and locality say on Kubernetes.</summary>
    public MeshProxy ToProxy() => new()
    {
        ServiceAccount = Name,
        Labels = new Dictionary<string, string> { ["app"] = Name, ["cluster"] = Cluster },
        Locality = Cluster == Unknown ? "" : Cluster,
        Pod = Pod,
    };
}
