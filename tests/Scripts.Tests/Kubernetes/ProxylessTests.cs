namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>deploy-all.sh --proxyless, as far as it goes without pods: tests/clusters has the rest.</summary>
public sealed class ProxylessTests : OwnClusters
{
    private const string Networks = " --pod-network-1 10.1.0.0/16,fd00:1::/64 --pod-network-2 10.2.0.0/16";

    [KubeApiFact]
    public async Task It_makes_no_Istio_and_gives_each_cluster_the_way_into_the_other()
    {
        // Nobody runs the pod that tries the network.
        var run = (await Bench.DeployAsync($"--proxyless --timeout 3s{Networks}")).MustEnd(1);

        Assert.Contains("[ 3/19] Istio's CRDs alone … ok", run.Output, StringComparison.Ordinal);
        foreach (var step in (string[])["Common root CA", "Istio", "East-west gateways", "Remote secrets"])
            Assert.Contains($"{step} … left out (--proxyless)", run.Output, StringComparison.Ordinal);

        Assert.DoesNotContain(run.Calls, call => call.StartsWith("istioctl", StringComparison.Ordinal));
        Assert.Contains("Step 11 of 19 failed: A flat network", run.Errors, StringComparison.Ordinal);
        foreach (var (context, other) in (IEnumerable<(string, string)>)[("ctx1", "ctx2"), ("ctx2", "ctx1")])
        {
            Assert.Equal(
                "disabled",
                await OursAsync(context, "get", "namespace", "messageboard", "-o", "jsonpath={.metadata.labels.istio-injection}"));
            var kubeconfig = await OursAsync(
                context, "get", "secret", $"mesh-reader-{other}", "-o", "go-template={{.data.kubeconfig | base64decode}}");
            Assert.EndsWith($"current-context: {other}", kubeconfig, StringComparison.Ordinal);
            Assert.Equal(
                other == "ctx1" ? "10.1.0.0/16 fd00:1::/64" : "10.2.0.0/16",
                await OursAsync(
                    context, "get", "networkpolicy", "other-cluster", "-o", "jsonpath={.spec.ingress[0].from[*].ipBlock.cidr}"));
        }

        Assert.Equal(await KeyAsync("ctx1"), await KeyAsync("ctx2"));
        Assert.True((await KeyAsync("ctx1")).Length > 40);

        var cleanup = (await Bench.CleanUpAsync("--data --yes")).MustEnd(0);
        Assert.DoesNotContain(cleanup.After, there => there.Key.Contains("messageboard-node-reader", StringComparison.Ordinal));

        Task<string> KeyAsync(string context) => OursAsync(context, "get", "secret", "mesh-identity", "-o", "jsonpath={.data.key}");
    }

    private Task<string> OursAsync(string context, params string[] args) =>
        Kube.KubectlAsync(["--context", context, "-n", "messageboard", .. args]);
}
