using System.Diagnostics;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>The store against real API servers.</summary>
[Collection(nameof(KubeApi))]
public sealed class StoreTests(KubeApi api) : IAsyncLifetime
{
    private TwoClusters _clusters = null!;

    public async ValueTask InitializeAsync() => _clusters = await TwoClusters.CreateAsync(api);

    public ValueTask DisposeAsync() => _clusters.DisposeAsync();

    [KubeApiFact]
    public async Task It_begins_with_what_the_clusters_hold()
    {
        var mesh = await _clusters.StartFreshAsync();

        Assert.Equal(70, TwoClusters.WeightIn(mesh));
        Assert.Empty(mesh.Current.Problems);
        Assert.Equal(6, mesh.Current.Statuses.Count);
        Assert.All(mesh.Current.Statuses, resource => Assert.Empty(resource.Status.NotCarriedOut));
        var text = await mesh.ReadAsync(_clusters.UserService, default);
        Assert.Contains("weight: 70", text!.Yaml);
        Assert.Equal(await _clusters.FieldAsync("ctx1", "{.metadata.resourceVersion}"), text.Resource.ResourceVersion);
    }

    [KubeApiFact]
    public async Task It_understands_all_that_is_deployed()
    {
        foreach (var context in KubeApi.Contexts)
        {
            await api.KubectlAsync("--context", context, "apply", "-k", Path.Combine(Repository.Root, "k8s", "namespace"));
            await api.KubectlAsync("--context", context, "apply", "-k", Path.Combine(Repository.Root, "istio"));
        }

        await using var deployed = new TwoClusters(api, "messageboard");
        var mesh = await deployed.StartFreshAsync();

        Assert.Empty(mesh.Current.Problems);
        Assert.All(mesh.Current.Statuses, resource => Assert.Empty(resource.Status.NotCarriedOut));
        Assert.Equal(70, TwoClusters.WeightIn(mesh));
    }

    [KubeApiFact]
    public async Task What_kubectl_changes_is_soon_in_force()
    {
        var mesh = await _clusters.StartFreshAsync();

        await _clusters.SetWeightAsync("ctx1", 55);
        var took = await Eventually.IsTrueAsync(() => TwoClusters.WeightIn(mesh) == 55, "the weight is there");
        Assert.True(took < TimeSpan.FromSeconds(5), $"took {took}");
        Assert.Contains(
            mesh.Current.Problems, problem => problem.Message == "spec.http[0].route[0].weight is not the same in ctx1 and ctx2");

        await _clusters.SetWeightAsync("ctx2", 55);
        await Eventually.IsTrueAsync(() => mesh.Current.Problems.Count == 0, "the clusters say the same");

        foreach (var (added, value, field) in new[] { ("http/0/timeout", "7s", "http[0].timeout"), ("hosts/-", "x", "hosts[1]") })
        {
            var patch = $$"""[{"op":"add","path":"/spec/{{added}}","value":"{{value}}"}]""";
            await _clusters.PatchAsync("ctx2", patch);
            var problem = $"spec.{field} is not the same in ctx1 and ctx2";
            await Eventually.IsTrueAsync(() => mesh.Current.Problems is [var only] && only.Message == problem, problem);
        }

        await _clusters.KubectlAsync("ctx1", "delete", "vs", "user-service");
        await Eventually.IsTrueAsync(() => TwoClusters.WeightIn(mesh) is null, "it is gone");
        Assert.Equal("is not in ctx1", Assert.Single(mesh.Current.Problems).Message);
    }

    [KubeApiFact]
    public async Task An_edit_is_in_both_clusters_and_leaves_everything_else_alone()
    {
        foreach (var context in KubeApi.Contexts)
        {
            await _clusters.KubectlAsync(context, "annotate", "vs", "user-service", $"team={context}");
            await _clusters.PatchAsync(context, """[{"op":"add","path":"/spec/http/0/timeout","value":"7s"}]""");
        }

        var mesh = await _clusters.StartFreshAsync();
        var before = await ObjectsAsync();

        var result = await SetWeightsAsync(mesh, 12);

        Assert.Equal(12, Assert.IsType<EditResult.Done>(result).Snapshot.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
        var after = await ObjectsAsync();
        foreach (var (old, now) in before.Zip(after))
        {
            old["spec"]!["http"]![0]!["route"]![0]!["weight"] = 12;
            old["spec"]!["http"]![0]!["route"]![1]!["weight"] = 88;
            foreach (var server in (string[])["resourceVersion", "generation", "managedFields"])
            {
                ((JsonObject)old["metadata"]!).Remove(server);
                ((JsonObject)now["metadata"]!).Remove(server);
            }

            Assert.Equal(old.ToJsonString(), now.ToJsonString());
        }

        async Task<List<JsonObject>> ObjectsAsync() =>
            [.. await Task.WhenAll(KubeApi.Contexts.Select(async context =>
                (JsonObject)JsonNode.Parse(await _clusters.KubectlAsync(context, "get", "vs", "user-service", "-o", "json"))!))];
    }

    [KubeApiFact]
    public async Task A_route_with_any_characters_can_be_edited()
    {
        await _clusters.PatchBothAsync("""[{"op":"add","path":"/spec/http/0/name","value":"+'\"<>&é😀\n\\"}]""");
        var mesh = await _clusters.StartFreshAsync();

        Assert.IsType<EditResult.Done>(await SetWeightsAsync(mesh, 17));
        Assert.Equal("17 83", await _clusters.WeightAsync("ctx1"));
        Assert.Equal("+'\"<>&é😀\n\\", await _clusters.FieldAsync("ctx2", "{.spec.http[0].name}"));
    }

    [KubeApiFact]
    public async Task What_the_local_mesh_cannot_do_or_does_not_know_stands_in_nobodys_way()
    {
        await _clusters.PatchBothAsync(
            """[{"op":"add","path":"/spec/tcp","value":[{"route":[{"destination":{"host":"user-service"}}]}]}]""");
        await _clusters.PatchBothAsync(
            """[{"op":"add","path":"/spec/http/0/fault","value":{"abort":{"grpcStatus":"NOT_FOUND","percentage":{"value":1}}}}]""");
        var mesh = await _clusters.StartFreshAsync();
        Assert.Equal(70, TwoClusters.WeightIn(mesh));

        Assert.IsType<EditResult.Done>(await SetWeightsAsync(mesh, 17));
        Assert.Equal("NOT_FOUND", await _clusters.FieldAsync("ctx2", "{.spec.http[0].fault.abort.grpcStatus}"));
    }

    [KubeApiFact]
    public async Task An_object_that_says_nothing_at_all_does_no_harm()
    {
        foreach (var context in KubeApi.Contexts)
            await api.ApplyAsync(
                context,
                $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: empty, namespace: {_clusters.Namespace}}}\n");

        var mesh = await _clusters.StartFreshAsync();

        Assert.Equal(70, TwoClusters.WeightIn(mesh));
        Assert.IsType<EditResult.Done>(await SetWeightsAsync(mesh, 17));
        Assert.Contains("spec is missing", Assert.Single(mesh.Current.Problems).Message);
    }

    [KubeApiFact]
    public async Task An_edit_of_a_version_that_is_no_longer_true_is_a_conflict()
    {
        var mesh = await _clusters.StartFreshAsync();
        var seen = mesh.Current.DefaultRouteOf("user-service")!.ResourceVersion;
        await _clusters.SetWeightAsync("ctx1", 60);

        var result = await SetWeightsAsync(mesh, 1, seen);

        Assert.Equal(60, Assert.IsType<EditResult.Conflict>(result).Snapshot.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
        Assert.Equal("60 30", await _clusters.WeightAsync("ctx1"));
        Assert.Equal("70 30", await _clusters.WeightAsync("ctx2"));
    }

    [KubeApiFact]
    public async Task Somebody_who_edits_between_reading_and_writing_wins()
    {
        await using var proxy = await ProxyAsync("ctx1");
        var mesh = await _clusters.StartFreshAsync(await ThroughAsync("ctx1", proxy));
        proxy.OnRequest = async request =>
        {
            if (request.Method == HttpMethods.Put)
                await _clusters.SetWeightAsync("ctx1", 41);

            return null;
        };

        var result = await SetWeightsAsync(mesh, 1);

        Assert.Equal(41, Assert.IsType<EditResult.Conflict>(result).Snapshot.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
        Assert.Equal("41 30", await _clusters.WeightAsync("ctx1"));
    }

    [KubeApiFact]
    public async Task A_lost_answer_is_looked_up()
    {
        await using var proxy = await ProxyAsync("ctx1");
        var mesh = await _clusters.StartFreshAsync(await ThroughAsync("ctx1", proxy));
        proxy.BreaksAfter = request => request.Method == HttpMethods.Put ? 0 : null;

        Assert.IsType<EditResult.Done>(await SetWeightsAsync(mesh, 23));

        Assert.Equal("23 77", await _clusters.WeightAsync("ctx1"));
        Assert.Equal("23 77", await _clusters.WeightAsync("ctx2"));
    }

    [KubeApiFact]
    public async Task When_the_other_cluster_refuses_the_first_is_put_back()
    {
        var reader = await _clusters.TokenOfAsync("ctx2", "get,list,watch");
        var mesh = await _clusters.StartFreshAsync(("ctx2", _clusters.WriteKubeconfig("ctx2", await api.ServerAsync("ctx2"), reader)));

        var failed = Assert.IsType<EditResult.Failed>(await SetWeightsAsync(mesh, 1));

        Assert.Matches("^ctx2 does not allow it: .*cannot update.* ctx1 was put back\\.$", failed.Reason);
        Assert.Equal("70 30", await _clusters.WeightAsync("ctx1"));
        Assert.Equal("70 30", await _clusters.WeightAsync("ctx2"));
        Assert.Equal(70, TwoClusters.WeightIn(mesh));
    }

    [KubeApiFact]
    public async Task Without_the_other_clusters_API_server_nothing_is_edited()
    {
        await using var proxy = await ProxyAsync("ctx2");
        var mesh = await _clusters.StartFreshAsync(await ThroughAsync("ctx2", proxy));
        await proxy.DisposeAsync();

        var failed = Assert.IsType<EditResult.Failed>(await SetWeightsAsync(mesh, 1));

        Assert.Equal("ctx2 does not answer; nothing has changed.", failed.Reason);
        Assert.Equal("70 30", await _clusters.WeightAsync("ctx1"));
    }

    [KubeApiFact]
    public async Task A_text_is_replaced_in_both_and_taken_back()
    {
        var mesh = await _clusters.StartFreshAsync();
        var text = (await mesh.ReadAsync(_clusters.UserService, default))!.Yaml;

        Assert.IsType<EditResult.Done>(await mesh.ReplaceAsync(
            _clusters.UserService,
            text.Replace("timeout: 1s", "timeout: 3s"),
            null,
            TwoClusters.Admin,
            default));
        foreach (var context in KubeApi.Contexts)
            Assert.Equal("3s", await _clusters.FieldAsync(context, "{.spec.http[0].timeout}"));

        Assert.Equal(
            ["yaml", "found"], (await mesh.ReadAsync(_clusters.UserService, default))!.Versions.Select(version => version.What));
        Assert.IsType<EditResult.Done>(await mesh.UndoAsync(_clusters.UserService, null, null, "admin", default));
        foreach (var context in KubeApi.Contexts)
            Assert.Equal("1s", await _clusters.FieldAsync(context, "{.spec.http[0].timeout}"));

        Assert.Equal(text, (await mesh.ReadAsync(_clusters.UserService, default))!.Yaml);
    }

    [KubeApiFact]
    public async Task What_kubectl_has_changed_is_a_version_that_undo_takes_back()
    {
        var mesh = await _clusters.StartFreshAsync();
        await SetWeightsAsync(mesh, 60);
        await SetWeightsAsync(mesh, 70);
        await _clusters.PatchBothAsync("""
            [{"op":"replace","path":"/spec/http/0/route/0/weight","value":10},
             {"op":"replace","path":"/spec/http/0/route/1/weight","value":90}]
            """);
        await Eventually.IsTrueAsync(async () => (await VersionsAsync())[0].What == "hand", "the edit by hand is seen");
        Assert.Equal(["hand", "weights", "weights", "found"], (await VersionsAsync()).Select(version => version.What));
        Assert.Equal([null, "admin", "admin", null], (await VersionsAsync()).Select(version => version.User));
        Assert.Equal(await _clusters.FieldAsync("ctx1", "{.metadata.resourceVersion}"), (await VersionsAsync())[0].Version);

        // What is none of the text is no edit.
        await _clusters.KubectlAsync(
            "ctx1", "patch", "vs", "user-service", "--type=merge", "-p", """{"metadata":{"finalizers":["example.com/kept"]}}""");
        await _clusters.KubectlAsync("ctx1", "patch", "vs", "user-service", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");
        var version = await _clusters.FieldAsync("ctx1", "{.metadata.resourceVersion}");
        await Eventually.IsTrueAsync(async () => (await VersionsAsync())[0].Version == version, "the new version is seen");
        Assert.Equal(4, (await VersionsAsync()).Count);

        foreach (var weight in (int[])[70, 60, 70])
        {
            Assert.IsType<EditResult.Done>(await mesh.UndoAsync(_clusters.UserService, null, null, "admin", default));
            foreach (var context in KubeApi.Contexts)
                Assert.Equal($"{weight} {100 - weight}", await _clusters.WeightAsync(context));
        }

        async Task<IReadOnlyList<ResourceVersion>> VersionsAsync() =>
            (await mesh.ReadAsync(_clusters.UserService, default))!.Versions;
    }

    // Applied by kubectl, an object has all of itself in an annotation.
    [KubeApiFact]
    public async Task What_kubectl_last_applied_is_in_no_text()
    {
        var mesh = await _clusters.StartFreshAsync();
        Assert.NotEmpty(await _clusters.FieldAsync("ctx1", @"{.metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}"));
        await SetWeightsAsync(mesh, 60);

        var text = (await mesh.ReadAsync(_clusters.UserService, default))!;
        Assert.DoesNotContain("last-applied", text.Yaml);
        Assert.DoesNotContain("managedFields", text.Yaml);
        Assert.All(
            text.Versions,
            version => Assert.DoesNotContain("last-applied", mesh.ReadVersion(_clusters.UserService, version.Version)!.Yaml));
    }

    [KubeApiFact]
    public async Task A_text_that_the_mesh_refuses_changes_nothing()
    {
        var mesh = await _clusters.StartFreshAsync();
        var text = (await mesh.ReadAsync(_clusters.UserService, default))!.Yaml;

        var refused = Assert.IsType<EditResult.Refused>(
            await mesh.ReplaceAsync(_clusters.UserService, text.Replace("weight: 70", "weight: -1"), null, TwoClusters.Admin, default));
        Assert.Equal(text.Split('\n').ToList().FindIndex(line => line.Contains("weight: 70")) + 1, Assert.Single(refused.Problems).Line);

        var unknown = Assert.IsType<EditResult.Refused>(
            await mesh.ReplaceAsync(_clusters.UserService, text.Replace("subset: ctx2", "subset: ctx3"), null, TwoClusters.Admin, default));
        Assert.Contains("ctx3", Assert.Single(unknown.Problems).Message);
        Assert.Equal("70 30", await _clusters.WeightAsync("ctx1"));
    }

    [KubeApiFact]
    public async Task What_the_API_server_alone_refuses_is_told_in_its_words()
    {
        var mesh = await _clusters.StartFreshAsync();
        var text = (await mesh.ReadAsync(_clusters.UserService, default))!.Yaml;

        var refused = Assert.IsType<EditResult.Refused>(await mesh.ReplaceAsync(
            _clusters.UserService, text.Replace("  name: user-service", "  annotations:\n    not/a/key: x\n  name: user-service"),
            null, TwoClusters.Admin, default));

        Assert.Contains("not/a/key", Assert.Single(refused.Problems).Message);
    }

    [KubeApiFact]
    public async Task A_version_that_is_too_old_is_listed_anew()
    {
        await using var proxy = await ProxyAsync("ctx1");
        var (lists, expired) = (0, 0);
        proxy.OnRequest = request =>
        {
            if (request.Method != HttpMethods.Get || !request.Path.Value!.EndsWith("/virtualservices", StringComparison.Ordinal))
                return Task.FromResult<int?>(null);

            if (request.Query["watch"] != "true")
                Interlocked.Increment(ref lists);
            else if (Interlocked.Increment(ref expired) == 1)
                request.QueryString = new QueryString(System.Text.RegularExpressions.Regex.Replace(
                    request.QueryString.Value!, "resourceVersion=[0-9]+", "resourceVersion=1"));

            return Task.FromResult<int?>(null);
        };
        var mesh = await _clusters.StartAsync(await ThroughAsync("ctx1", proxy));

        await Eventually.IsTrueAsync(
            () => Volatile.Read(ref lists) == 2 && Volatile.Read(ref expired) == 2, "it was listed again, and watched");
        Assert.Null(mesh.Clusters[0].StaleSince);
        await _clusters.SetWeightAsync("ctx1", 44);
        await Eventually.IsTrueAsync(() => TwoClusters.WeightIn(mesh) == 44, "the watch goes on");
        Assert.Equal(2, lists);
    }

    [KubeApiFact]
    public async Task A_new_token_in_the_kubeconfig_counts()
    {
        var kubeconfig = _clusters.WriteKubeconfig("ctx1", await api.ServerAsync("ctx1"), "nobody's");
        var mesh = await _clusters.StartAsync(("ctx1", kubeconfig));
        await Eventually.IsTrueAsync(() => mesh.Clusters[0].Reason == "does not know the gateway's credentials", "the token is refused");

        await File.WriteAllTextAsync(
            kubeconfig, KubeApi.KubeconfigOf("ctx1", await api.ServerAsync("ctx1"), await _clusters.AdminTokenAsync()));
        await TwoClusters.AreFreshAsync(mesh);
        Assert.Equal(70, TwoClusters.WeightIn(mesh));
    }

    [KubeApiFact]
    public async Task An_API_server_that_goes_away_leaves_the_last_weights_marked_stale()
    {
        var mesh = await _clusters.StartFreshAsync();
        try
        {
            await api.StopServerAsync("ctx1");
            await Eventually.IsTrueAsync(() => mesh.Clusters[0] is { StaleSince: not null }, "ctx1 is stale");

            Assert.Equal("does not answer", mesh.Clusters[0].Reason);
            Assert.Null(mesh.Clusters[1].StaleSince);
            Assert.Equal(70, TwoClusters.WeightIn(mesh));
            Assert.Equal(
                "ctx1 does not answer; nothing has changed.", Assert.IsType<EditResult.Failed>(await SetWeightsAsync(mesh, 1)).Reason);
        }
        finally
        {
            await api.StartServerAsync("ctx1");
        }

        await _clusters.SetWeightAsync("ctx1", 33);
        await Eventually.IsTrueAsync(() => mesh.Clusters[0].StaleSince is null && TwoClusters.WeightIn(mesh) == 33, "it is back");
    }

    [KubeApiFact]
    public async Task It_starts_without_any_API_server()
    {
        var started = Stopwatch.GetTimestamp();
        var nowhere = $"https://127.0.0.1:{Repository.FreePort()}";
        var mesh = await _clusters.StartAsync(("ctx1", _clusters.WriteKubeconfig("ctx1", nowhere, "x")), ("ctx2", "/nowhere/kubeconfig"));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
        Assert.All(mesh.Clusters, cluster => Assert.NotNull(cluster.StaleSince));
        Assert.Empty(mesh.Current.Statuses);
    }

    [KubeApiFact]
    public async Task A_silent_API_server_is_missed()
    {
        await using var proxy = await ProxyAsync("ctx1");
        var mesh = await _clusters.StartFreshAsync(await ThroughAsync("ctx1", proxy));
        proxy.OnRequest = async request =>
        {
            await Task.Delay(Timeout.Infinite, request.HttpContext.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 500;
        };

        await Eventually.IsTrueAsync(() => mesh.Clusters[0].StaleSince is not null, "ctx1 is stale");

        Assert.Equal("does not answer in time", mesh.Clusters[0].Reason);
        Assert.Equal(70, TwoClusters.WeightIn(mesh));
    }

    private static Task<EditResult> SetWeightsAsync(KubernetesMesh mesh, int weight, string? version = null) => mesh.EditRouteAsync(
        "user-service", new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = weight, ["ctx2"] = 100 - weight }),
        version, "admin", default);

    /// <summary>The admin's kubeconfig for a cluster, by a way on which things happen.</summary>
    private async Task<(string, string)> ThroughAsync(string context, ApiServerProxy proxy) =>
        (context, _clusters.WriteKubeconfig(context, proxy.Address, await _clusters.AdminTokenAsync()));

    private async Task<ApiServerProxy> ProxyAsync(string context) => await ApiServerProxy.StartAsync(await api.ServerAsync(context));
}
