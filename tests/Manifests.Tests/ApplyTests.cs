namespace MessageBoard.Manifests.Tests;

/// <summary>Real API servers take every object, and a second time nothing of it changes.</summary>
public sealed class ApplyTests(KubeApi servers) : IClassFixture<KubeApi>
{
    [KubeApiFact]
    public async Task Both_clusters_accept_everything_and_a_second_time_nothing_changes()
    {
        foreach (var context in KubeApi.Contexts)
        {
            string[] folders =
            [
                "k8s/namespace", $"k8s/overlays/{context}", "istio", "k8s/observability/namespaces", $"k8s/observability/{context}",
            ];
            foreach (var folder in folders)
            {
                // strict: a field that the server's schema has not is refused, here as in a server that validates fields itself (1.25)
                var applied = await servers.KubectlAsync("--context", context, "apply", "--validate=strict", "-k", PathOf(folder));

                Assert.Equal(Rendering.Of(folder).Manifests.Count, applied.Split(
                    '\n',
                    StringSplitOptions.RemoveEmptyEntries).Count(line => line.EndsWith(" created", StringComparison.Ordinal)));
            }

            var versions = await VersionsAsync();
            foreach (var folder in folders)
                await servers.KubectlAsync("--context", context, "apply", "-k", PathOf(folder));

            // Not by kubectl's own "unchanged": it leaves defaults within volumeClaimTemplates out of account and says "configured".
            Assert.Equal(versions, await VersionsAsync());

            async Task<string> VersionsAsync() => string.Concat(await Task.WhenAll(folders.Select(folder => servers.KubectlAsync(
                "--context", context, "get", "-k", PathOf(folder), "-o", "jsonpath={range .items[*]}{.kind}/{.metadata.name} "
                    + "{.metadata.resourceVersion}{\"\\n\"}{end}{.metadata.resourceVersion}"))));
        }
    }

    [KubeApiFact]
    public async Task What_is_wrong_is_refused()
    {
        foreach (var (folder, right, wrong, message) in ((string, string, string, string)[])
        [
            ("k8s/overlays/ctx1", "readinessProbe:", "redinessProbe:", "unknown field"),
            ("k8s/overlays/ctx1", "protocol: TCP", "protocol: TSP", "supported values"),
            ("istio", "mode: STRICT", "mode: STERN", "supported values"),
            ("istio", "weight: 70", "weight: many", "invalid type for"),
        ])
        {
            var name = await servers.NewNamespaceAsync("ctx1");
            var yaml = Rendering.YamlOf(folder)
                .Replace("namespace: messageboard", $"namespace: {name}", StringComparison.Ordinal)
                .Replace(right, wrong, StringComparison.Ordinal);

            Assert.Contains(
                message,
                (await Assert.ThrowsAsync<InvalidOperationException>(() => servers.ApplyAsync("ctx1", yaml))).Message,
                StringComparison.Ordinal);
        }
    }

    [KubeApiFact]
    public async Task The_gateway_between_the_clusters_is_accepted()
    {
        var file = Path.Combine(Repository.Root, "istio", "multicluster", "cross-network-gateway.yaml");

        await servers.KubectlAsync("--context", "ctx2", "create", "namespace", "istio-system");

        Assert.Contains(
            "cross-network-gateway created",
            await servers.KubectlAsync("--context", "ctx2", "apply", "--validate=strict", "-f", file),
            StringComparison.Ordinal);
    }

    private static string PathOf(string folder) => Path.Combine(Repository.Root, folder);
}
