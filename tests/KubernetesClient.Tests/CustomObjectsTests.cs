using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>List, get and patch at real API servers.</summary>
[Collection(nameof(KubeApi))]
public sealed class CustomObjectsTests(KubeApi api) : IAsyncLifetime, IDisposable
{
    private Kubernetes _client = null!;
    private VirtualServices _services = null!;
    private string _namespace = "";

    public async Task InitializeAsync()
    {
        if (!KubeApi.IsAvailable)
            return;

        _namespace = await api.NewNamespaceAsync();
        _client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(api.Kubeconfig));
        _services = new VirtualServices(_client, _namespace);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _client?.Dispose();

    [KubeApiFact]
    public async Task A_list_has_the_namespaces_objects_by_label_and_by_page()
    {
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "log", "{ tier: back }") + VirtualServices.Yaml(_namespace, "user", "{ tier: front }"));

        Assert.Equal(["log", "user"], Names(await _services.ListAsync()));
        Assert.Equal(["user"], Names(await _services.ListAsync(labelSelector: "tier in (front)")));
        var first = await _services.ListAsync(limit: 1);
        var second = await _services.ListAsync(limit: 1, continueParameter: first.GetProperty("metadata").GetProperty("continue").GetString());
        Assert.Equal(["log", "user"], Names(first).Concat(Names(second)));
    }

    [KubeApiFact]
    public async Task A_named_context_is_another_server()
    {
        await api.ApplyAsync("ctx2", VirtualServices.Yaml(_namespace, "only-there"));
        using var other = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(api.Kubeconfig, "ctx2"));

        Assert.Equal(["only-there"], Names(await new VirtualServices(other, _namespace).ListAsync()));
        Assert.Empty(Names(await _services.ListAsync()));
    }

    [KubeApiFact]
    public async Task A_JSON_patch_changes_what_it_names_and_nothing_else()
    {
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "user"));
        var before = await _services.GetAsync("user");

        var answer = await _services.PatchAsync("user", VirtualServices.SetFirstWeight(70, 55), fieldManager: "a-test");

        var after = await _services.GetAsync("user");
        Assert.Equal(55, VirtualServices.FirstWeight(after));
        Assert.Equal(VirtualServices.Version(answer), VirtualServices.Version(after));
        Assert.NotEqual(VirtualServices.Version(before), VirtualServices.Version(after));
        Assert.Equal("stays", after.GetProperty("metadata").GetProperty("annotations").GetProperty("note").GetString());
        Assert.Contains("a-test", after.GetProperty("metadata").GetProperty("managedFields").EnumerateArray().Select(entry => entry.GetProperty("manager").GetString()));
    }

    [KubeApiFact]
    public async Task A_patch_may_be_an_object_and_a_dry_run_changes_nothing()
    {
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "user"));
        var patch = new { metadata = new { Annotations = new { note = "changed" } } };

        var would = await _services.PatchAsync("user", patch, V1Patch.PatchType.MergePatch, dryRun: "All");
        Assert.Equal("changed", Note(would));
        Assert.Equal("stays", Note(await _services.GetAsync("user")));

        await _services.PatchAsync("user", patch, V1Patch.PatchType.MergePatch);
        Assert.Equal("changed", Note(await _services.GetAsync("user")));

        static string? Note(JsonElement resource) => resource.GetProperty("metadata").GetProperty("annotations").GetProperty("note").GetString();
    }

    [KubeApiFact]
    public async Task Server_side_apply_takes_a_field_from_its_manager_only_by_force()
    {
        await _services.PatchAsync("user", VirtualServices.Yaml(_namespace, "user"), V1Patch.PatchType.ApplyPatch, fieldManager: "first");
        var other = VirtualServices.Yaml(_namespace, "user").Replace("note: stays", "note: taken", StringComparison.Ordinal);

        var refusal = await Refusal(HttpStatusCode.Conflict, () => _services.PatchAsync("user", other, V1Patch.PatchType.ApplyPatch, fieldManager: "second"));
        Assert.Contains("first", refusal.Message!);
        await _services.PatchAsync("user", other, V1Patch.PatchType.ApplyPatch, fieldManager: "second", force: true);
    }

    [KubeApiFact]
    public async Task A_refusal_carries_the_servers_status()
    {
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "user"));
        var missing = await Refusal(HttpStatusCode.NotFound, () => _services.GetAsync("nobody"));
        var stale = await Refusal(
            HttpStatusCode.Conflict, () => _services.PatchAsync("user", """{"metadata":{"resourceVersion":"1"},"spec":{"hosts":["x"]}}""", V1Patch.PatchType.MergePatch));
        await Refusal(HttpStatusCode.UnprocessableEntity, () => _services.PatchAsync("user", VirtualServices.SetFirstWeight(from: 1, to: 2)));
        var invalid = await Refusal(HttpStatusCode.UnprocessableEntity, () => _services.PatchAsync("user", """{"spec":{"hosts":"no list"}}""", V1Patch.PatchType.MergePatch));

        Assert.Equal("NotFound", missing.Reason);
        Assert.Equal("Conflict", stale.Reason);
        Assert.Contains("spec.hosts", invalid.Message!);
        Assert.Equal(70, VirtualServices.FirstWeight(await _services.GetAsync("user")));
    }

    [KubeApiFact]
    public async Task A_service_account_may_do_what_its_role_says()
    {
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "user"));
        await api.KubectlAsync("-n", _namespace, "create", "serviceaccount", "reader");
        await api.KubectlAsync("-n", _namespace, "create", "role", "reader", "--verb=get,list,watch", "--resource=virtualservices.networking.istio.io");
        await api.KubectlAsync("-n", _namespace, "create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={_namespace}:reader");
        var token = (await api.KubectlAsync("-n", _namespace, "create", "token", "reader")).Trim();
        using var folder = new TemporaryFolder();
        await api.WriteKubeconfigAsync(folder["config"], $"{{ token: {token} }}");
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(folder["config"]));
        var services = new VirtualServices(client, _namespace);

        Assert.Equal(["user"], Names(await services.ListAsync()));
        var refusal = await Refusal(HttpStatusCode.Forbidden, () => services.PatchAsync("user", VirtualServices.SetFirstWeight(70, 1)));
        Assert.Contains($"system:serviceaccount:{_namespace}:reader", refusal.Message!);
    }

    [KubeApiFact]
    public async Task A_token_that_the_server_does_not_know_is_refused()
    {
        using var folder = new TemporaryFolder();
        await api.WriteKubeconfigAsync(folder["config"], "{ token: nobodys }");
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(folder["config"]));

        await Refusal(HttpStatusCode.Unauthorized, () => new VirtualServices(client, _namespace).ListAsync());
    }

    [Fact]
    public async Task What_is_no_patch_and_what_has_no_name_is_refused_at_once()
    {
        using var client = new Kubernetes(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" });

        await Assert.ThrowsAsync<ArgumentException>(() => client.CustomObjects.PatchNamespacedCustomObjectAsync("{}", "g", "v1", "n", "p", "name"));
        await Assert.ThrowsAsync<ArgumentException>("name", () => client.CustomObjects.GetNamespacedCustomObjectAsync("g", "v1", "n", "p", ""));
        Assert.Throws<ArgumentException>("type", () => new V1Patch("{}", V1Patch.PatchType.Unknown));
    }

    private static IEnumerable<string> Names(JsonElement list) => list.GetProperty("items").EnumerateArray().Select(VirtualServices.Name);

    private static async Task<V1Status> Refusal(HttpStatusCode code, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(call);
        Assert.Equal(code, refusal.Response.StatusCode);
        var status = JsonSerializer.Deserialize<V1Status>(refusal.Response.Content, JsonSerializerOptions.Web)!;
        Assert.Equal((int)code, status.Code);
        return status;
    }
}
