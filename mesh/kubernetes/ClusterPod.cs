using static MessageBoard.MeshKubernetes.ObjectJson;

namespace MessageBoard.MeshKubernetes;

/// <summary>A pod.</summary>
/// <param name="Cluster">Its cluster.</param>
/// <param name="App">Its label <c>app</c>, which its Deployment has given it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Condition">How it is: <c>starting</c>, <c>ready</c>, <c>unready</c>, <c>restarting</c> or <c>terminating</c>.</param>
/// <param name="HasProxy">Whether it has Istio's proxy, which carries out what VirtualServices say of its calls; null in ambient mode,
/// where a waypoint may.</param>
public sealed record ClusterPod(string Cluster, string App, string Name, string Condition, bool? HasProxy)
{
    // What istioctl looks for too (https://istio.io/latest/docs/reference/config/analysis/ist0103/).
    private const string Proxy = "istio-proxy";

    /// <summary>Whether it takes requests.</summary>
    public bool IsReady => Condition == "ready";

    /// <summary>
    /// Reads a pod (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/); null for one that has ended, or that belongs to
    /// no app.
    /// </summary>
    internal static ClusterPod? Read(string cluster, JsonElement pod)
    {
        var metadata = pod.GetProperty("metadata");
        var (status, phase) = (Find(pod, "status"), Text(Find(pod, "status"), "phase"));
        return Text(Find(metadata, "labels"), "app") is not { } app || phase is "Succeeded" or "Failed"
            ? null
            : new(
                cluster, app, metadata.GetProperty("name").GetString()!, ConditionOf(metadata, status, phase),
                FindProxy(metadata, Find(pod, "spec")));
    }

    private static string ConditionOf(JsonElement metadata, JsonElement? status, string? phase) =>
        Text(metadata, "deletionTimestamp") is not null ? "terminating"
        : Items(status, "containerStatuses").Any(container =>
            Text(Find(Find(container, "state"), "waiting"), "reason") == "CrashLoopBackOff") ? "restarting"
        : phase is null or "Pending" ? "starting"
        : Items(status, "conditions").Any(condition => Text(condition, "type") == "Ready" && Text(condition, "status") == "True") ? "ready"
        : "unready";

    // A native sidecar is an init container; the annotation stands at a pod that is in ambient mode
    // (https://istio.io/latest/docs/reference/config/annotations/).
    private static bool? FindProxy(JsonElement metadata, JsonElement? spec) =>
        Items(spec, "containers").Concat(Items(spec, "initContainers")).Any(container => Text(container, "name") == Proxy) ? true
        : Text(Find(metadata, "annotations"), "ambient.istio.io/redirection") == "enabled" ? null
        : false;
}
