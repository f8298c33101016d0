using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>The calls as the tests make them: always on a namespace's VirtualServices.</summary>
internal sealed class VirtualServices(IKubernetes client, string @namespace)
{
    private const string Group = "networking.istio.io";

    public static string Yaml(string @namespace, string name, string labels = "{}") =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: {{name}}, namespace: {{@namespace}}, labels: {{labels}}, annotations: { note: stays } }
        spec:
          hosts: [{{name}}]
          http:
          - route:
            - { destination: { host: {{name}}, subset: ctx1 }, weight: 70 }
            - { destination: { host: {{name}}, subset: ctx2 }, weight: 30 }
        ---

        """;

    public static string Name(JsonElement resource) => resource.GetProperty("metadata").GetProperty("name").GetString()!;

    public static string Version(JsonElement resource) => resource.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;

    public static int FirstWeight(JsonElement resource) =>
        resource.GetProperty("spec").GetProperty("http")[0].GetProperty("route")[0].GetProperty("weight").GetInt32();

    public static string SetFirstWeight(int from, int to) =>
        $$"""
        [{"op":"test","path":"/spec/http/0/route/0/weight","value":{{from}}},
         {"op":"replace","path":"/spec/http/0/route/0/weight","value":{{to}}}]
        """;

    public async Task<JsonElement> ListAsync(string? labelSelector = null, int? limit = null, string? continueParameter = null) =>
        (JsonElement)await client.CustomObjects.ListNamespacedCustomObjectAsync(
            Group, "v1", @namespace, "virtualservices", labelSelector: labelSelector, limit: limit, continueParameter: continueParameter);

    public async Task<JsonElement> GetAsync(string name) =>
        (JsonElement)await client.CustomObjects.GetNamespacedCustomObjectAsync(Group, "v1", @namespace, "virtualservices", name);

    public async Task<JsonElement> PatchAsync(
        string name, object patch, V1Patch.PatchType type = V1Patch.PatchType.JsonPatch, string? dryRun = null, string? fieldManager = null, bool? force = null) =>
        (JsonElement)await client.CustomObjects.PatchNamespacedCustomObjectAsync(
            new V1Patch(patch, type), Group, "v1", @namespace, "virtualservices", name, dryRun, fieldManager, force: force);

    public Task<HttpOperationResponse<object>> OpenWatch(string? resourceVersion = null, int? timeoutSeconds = null, CancellationToken cancellationToken = default) =>
        client.CustomObjects.ListNamespacedCustomObjectWithHttpMessagesAsync(
            Group,
            "v1",
            @namespace,
            "virtualservices",
            allowWatchBookmarks: true,
            resourceVersion: resourceVersion,
            timeoutSeconds: timeoutSeconds,
            watch: true,
            cancellationToken: cancellationToken);
}
