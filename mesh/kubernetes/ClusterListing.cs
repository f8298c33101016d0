using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Exceptions;

namespace MessageBoard.MeshKubernetes;

/// <summary>A resource of a cluster.</summary>
/// <param name="Place">Where a file's name would stand: <c>ctx1/virtualservices/messageboard/user-service</c>.</param>
/// <param name="Yaml">Its text, as people edit it.</param>
internal sealed record ListedResource(string Place, string Yaml);

/// <summary>Reads once all that is about traffic in all namespaces of a cluster.</summary>
internal static class ClusterListing
{
    private const int PageSize = 500;

    // Without these there is no Istio; other CRDs may be missing.
    private const string Needed = "virtualservices";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly (string Group, string Version, string Plural, string Kind)[] Kinds =
    [
        ("networking.istio.io", "v1", Needed, "VirtualService"),
        ("networking.istio.io", "v1", "destinationrules", "DestinationRule"),
        ("networking.istio.io", "v1", "serviceentries", "ServiceEntry"),
        ("networking.istio.io", "v1", "workloadentries", "WorkloadEntry"),
        ("networking.istio.io", "v1", "gateways", "Gateway"),
        ("security.istio.io", "v1", "authorizationpolicies", "AuthorizationPolicy"),
        ("security.istio.io", "v1", "requestauthentications", "RequestAuthentication"),
        ("security.istio.io", "v1", "peerauthentications", "PeerAuthentication"),
        ("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"),
        ("gateway.networking.k8s.io", "v1", "gateways", "Gateway"),
        ("apps", "v1", "deployments", "Deployment"),
        ("apps", "v1", "statefulsets", "StatefulSet"),
        ("apps", "v1", "daemonsets", "DaemonSet"),
    ];

    /// <summary>All resources of a context's cluster.</summary>
    /// <param name="kubeconfig">The kubeconfig; null for kubectl's: the files of KUBECONFIG, or <c>~/.kube/config</c>.</param>
    /// <param name="context">The context.</param>
    /// <exception cref="IOException">The cluster cannot be read; the message says why.</exception>
    public static async Task<IReadOnlyList<ListedResource>> ReadAsync(string? kubeconfig, string context)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            // KubernetesClient waits for a kubeconfig's plugin whether it is cancelled or not.
            using var client = await Task.Run(() => Connect(kubeconfig, context), limit.Token).WaitAsync(limit.Token);
            var lists = await Task.WhenAll(
                [.. Kinds.Select(kind => ListAsync(client, context, kind, limit.Token)), ListServicesAsync(client, context, limit.Token)]);
            return [.. lists.SelectMany(list => list)];
        }
        catch (OperationCanceledException)
        {
            throw new IOException($"{context} has not answered within {Limit.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is KubeConfigException or IOException)
        {
            throw new IOException($"{context}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is HttpOperationException or HttpRequestException)
        {
            throw new IOException($"{context} {ClusterProblem.Explain(exception)}", exception);
        }
    }

    private static k8s.Kubernetes Connect(string? kubeconfig, string context)
    {
        var files = (kubeconfig ?? Environment.GetEnvironmentVariable("KUBECONFIG") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(file => new FileInfo(file))
            .ToArray();
        var all = files.Length == 0
            ? [KubernetesClientConfiguration.LoadKubeConfig()]
            : files.Select(file => KubernetesClientConfiguration.LoadKubeConfig(file)).ToArray();
        var own = Array.Find(all, config => config.Contexts?.Any(candidate => candidate.Name == context) == true) ?? all[0];
        return new(KubernetesClientConfiguration.BuildConfigFromConfigObject(own, context));
    }

    private static async Task<List<ListedResource>> ListAsync(
        k8s.Kubernetes client, string context, (string Group, string Version, string Plural, string Kind) kind,
        CancellationToken cancellationToken)
    {
        var found = new List<ListedResource>();
        try
        {
            for (string? next = null; next != "";)
            {
                var page = (JsonElement)await client.CustomObjects.ListClusterCustomObjectAsync(
                    kind.Group, kind.Version, kind.Plural, continueParameter: next, limit: PageSize, cancellationToken: cancellationToken);
                next = page.GetProperty("metadata").TryGetProperty("continue", out var more) ? more.GetString() ?? "" : "";
                found.AddRange(page.GetProperty("items").EnumerateArray()
                    .Select(item => Listed(context, kind.Plural, item, $"{kind.Group}/{kind.Version}", kind.Kind)));
            }
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == HttpStatusCode.NotFound && kind.Plural != Needed)
        {
            // This cluster has no such kind.
        }

        return found;
    }

    private static async Task<List<ListedResource>> ListServicesAsync(
        k8s.Kubernetes client, string context, CancellationToken cancellationToken)
    {
        var found = new List<ListedResource>();
        for (string? next = null; next != "";)
        {
            var page = await client.CoreV1.ListServiceForAllNamespacesAsync(
                continueParameter: next, limit: PageSize, cancellationToken: cancellationToken);
            next = page.Metadata.ContinueProperty ?? "";
            found.AddRange(page.Items.Select(item => Listed(
                context, "services", JsonSerializer.Deserialize<JsonElement>(KubernetesJson.Serialize(item)), "v1", "Service")));
        }

        return found;
    }

    // Items of Kubernetes' own lists do not say what they are.
    private static ListedResource Listed(string context, string plural, JsonElement item, string apiVersion, string kind)
    {
        var metadata = item.GetProperty("metadata");
        var place = $"{context}/{plural}/{metadata.GetProperty("namespace").GetString()}/{metadata.GetProperty("name").GetString()}";
        var whole = new Dictionary<string, object> { ["apiVersion"] = apiVersion, ["kind"] = kind };
        foreach (var field in item.EnumerateObject().Where(field => !whole.ContainsKey(field.Name)).ToArray())
            whole[field.Name] = field.Value;

        return new(place, ObjectText.Write(JsonSerializer.SerializeToElement(whole)));
    }
}
