using System.Globalization;

namespace MessageBoard.Deploy.Tests;

/// <summary>What deploy-all.sh says when a step fails, and what it does with what it finds. The clusters keep what the tests before have deployed.</summary>
public sealed class FailureTests(KubeApi kube) : IClassFixture<KubeApi>, IAsyncLifetime
{
    private readonly Workbench _bench = new(kube);

    public Task InitializeAsync() => _bench.InitializeAsync();

    public Task DisposeAsync() => _bench.DisposeAsync();

    [KubeApiFact]
    public async Task Tools_that_are_too_old_are_named_with_the_version_wanted()
    {
        var run = await _bench.DeployAsync("", ("STAND_IN_ISTIO", "1.24.2"));

        Assert.Contains("Step 1 of 16 failed: Tools and versions", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("istioctl 1.27 or later is wanted; this one says: 1.24.2", run.Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public async Task A_context_that_is_not_there_is_named()
    {
        var run = await _bench.DeployAsync("--context-2 nowhere");

        Assert.Contains("Step 2 of 16 failed", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("""context "nowhere" does not exist""", run.Errors, StringComparison.Ordinal);
        Assert.Contains("kubectl config get-contexts shows the names", run.Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public async Task Rights_that_are_missing_are_listed_before_anything_is_changed()
    {
        await kube.KubectlAsync("--context", "ctx2", "create", "serviceaccount", "poor", "--namespace", "default");
        var token = (await kube.KubectlAsync("--context", "ctx2", "create", "token", "poor", "--namespace", "default")).Trim();
        await kube.KubectlAsync("config", "set-credentials", "poor", $"--token={token}");
        await kube.KubectlAsync("config", "set-context", "poor", "--cluster=ctx2", "--user=poor");
        var before = await _bench.SnapshotAsync();

        var run = await _bench.DeployAsync("--context-2 poor");

        Assert.Contains("Forbidden in poor: its user may not", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("    create namespaces\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("    create customresourcedefinitions.apiextensions.k8s.io\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("or --skip-istio with an Istio that somebody else installed", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await _bench.SnapshotAsync());
    }

    [KubeApiFact]
    public async Task A_root_CA_that_only_one_cluster_has_is_left_alone()
    {
        await kube.ApplyAsync("ctx1", """
            apiVersion: v1
            kind: Namespace
            metadata: { name: istio-system }
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: cacerts, namespace: istio-system }
            stringData: { root-cert.pem: somebody else's }
            """);

        var run = await _bench.DeployAsync("");

        Assert.Contains("Step 3 of 16 failed: Common root CA", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("Only one cluster has Secret cacerts", run.Errors, StringComparison.Ordinal);
        await kube.KubectlAsync("--context", "ctx1", "delete", "secret", "cacerts", "--namespace", "istio-system");
    }

    [KubeApiFact]
    public async Task Pods_that_do_not_start_are_told_with_their_reasons_and_what_to_do()
    {
        await MakeNamespacesAsync();
        await MakePodAsync("mariadb-0", "mariadb", """{"phase":"Pending","containerStatuses":[{"name":"app","ready":false,"restartCount":0,"image":"x","imageID":"","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}""");
        await MakePodAsync("kafka-0", "kafka", """{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available: 3 Insufficient cpu."}]}""");
        await MakePodAsync("kafka-1", "kafka", """{"phase":"Running","containerStatuses":[{"name":"app","ready":false,"restartCount":4,"image":"x","imageID":"","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""");

        var run = await _bench.DeployAsync("--skip-istio --timeout 1s", ("STAND_IN_WAITS", "statefulset.apps/(mariadb|kafka)"), ("STAND_IN_LOGS", "exec /opt/kafka: exec format error"));

        run.MustEnd(1);
        Assert.Contains("[ 3/16] Common root CA … left out (--skip-istio)", run.Output, StringComparison.Ordinal);
        Assert.Contains("        pods ready 0/3: kafka-0 in ctx1 (0/3 nodes are available: 3 Insufficie", run.Output, StringComparison.Ordinal);
        Assert.Contains("Step 9 of 16 failed: Stores", run.Errors, StringComparison.Ordinal);
        Assert.Contains("  command: kubectl --context ctx1 --namespace messageboard rollout status statefulset.apps/kafka", run.Errors, StringComparison.Ordinal);
        Assert.Contains("pod mariadb-0: Pending  ImagePullBackOff", run.Errors, StringComparison.Ordinal);
        Assert.Contains("exec /opt/kafka: exec format error", run.Errors, StringComparison.Ordinal);
        foreach (var hint in new[] { "not for this node's processor", "A private registry", "ends again and again", "No node has room" })
            Assert.Contains(hint, run.Errors, StringComparison.Ordinal);

        foreach (var pod in new[] { "mariadb-0", "kafka-0", "kafka-1" })
            await kube.KubectlAsync("--context", "ctx1", "--namespace", "messageboard", "delete", "pod", pod, "--grace-period=0", "--force");
    }

    [KubeApiFact]
    public async Task A_Job_that_failed_is_told_and_made_anew_by_the_next_run_and_a_silent_cluster_is_named()
    {
        (await _bench.DeployAsync("--skip-istio")).MustEnd(0);
        var failed = await JobAsync("uid");
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        await kube.KubectlAsync(
            "--context", "ctx1", "--namespace", "messageboard", "patch", "job", "schema", "--subresource=status", "--type=merge",
            "-p", $$$"""{"status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded","lastTransitionTime":"{{{now}}}"}]}}""");
        _bench.Answering = ["ctx1"];

        var run = await _bench.DeployAsync("--skip-istio --timeout 2s");

        Assert.NotEqual(failed, await JobAsync("uid"));
        Assert.Contains("Step 15 of 16 failed", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("never answered: ctx2 (answered: ctx1; last answer: HTTP/1.1 200 OK)", run.Errors, StringComparison.Ordinal);
        Assert.Contains("istioctl --context ctx1 remote-clusters", run.Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public async Task A_namespace_that_was_there_stays_its_maker_s_and_a_secret_that_was_there_counts()
    {
        await MakeNamespacesAsync();
        foreach (var context in KubeApi.Contexts)
            await kube.KubectlAsync("--context", context, "--namespace", "messageboard", "delete", "secret", "redis", "stores", "--ignore-not-found");

        await kube.KubectlAsync("--context", "ctx2", "--namespace", "messageboard", "create", "secret", "generic", "redis", "--from-literal=password=chosen-by-hand");

        var run = await _bench.DeployAsync("--skip-istio", ("STAND_IN_FAILS", "apply -k .* notin "), ("STAND_IN_SAYS", """Error: admission webhook "x" denied the request"""));

        Assert.Contains("Step 9 of 16 failed: Stores", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("An admission rule refuses the pod", run.Errors, StringComparison.Ordinal);
        Assert.Equal("chosen-by-hand", await SecretAsync("ctx1", "redis", "password"));
        Assert.Equal("redis:6379,password=chosen-by-hand", await SecretAsync("ctx1", "stores", "ConnectionStrings__Redis"));

        await kube.KubectlAsync("--context", "ctx2", "--namespace", "messageboard", "patch", "secret", "redis", "-p", """{"stringData":{"password":"another"}}""");
        run = await _bench.DeployAsync("--skip-istio");
        Assert.Contains("Secret redis differs between ctx1 and ctx2", run.MustEnd(1).Errors, StringComparison.Ordinal);

        foreach (var context in KubeApi.Contexts)
            await kube.KubectlAsync("--context", context, "--namespace", "messageboard", "delete", "secret", "redis", "stores");
    }

    [KubeApiFact]
    public async Task Two_runs_do_not_mix_and_Ctrl_C_leaves_nothing_running()
    {
        _bench.Answering = ["ctx1"];
        using var running = _bench.Start("deploy-all.sh", "--images registry.example/messageboard/1a2b3c4 --skip-istio", []);
        var output = running.StandardOutput.ReadToEndAsync();
        var errors = running.StandardError.ReadToEndAsync();
        var portForward = $"{_bench.Calls}.port-forward";
        await Eventually.IsTrueAsync(() => File.Exists(portForward) && File.ReadAllText(portForward).EndsWith('\n'), "the port-forward runs", seconds: 120);
        var pid = (await File.ReadAllTextAsync(portForward)).Trim();

        var second = await _bench.DeployAsync("--skip-istio");
        Assert.Contains("Another deploy-all.sh or cleanup.sh works with", second.MustEnd(1).Errors, StringComparison.Ordinal);

        using (var kill = System.Diagnostics.Process.Start("kill", ["-INT", running.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();

        await running.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(running.ExitCode == 130, $"{running.ExitCode}: {await output}{await errors}");
        Assert.Contains("Interrupted. What is done stays", await errors, StringComparison.Ordinal);
        await Eventually.IsTrueAsync(() => !File.Exists($"/proc/{pid}/cmdline") || File.ReadAllText($"/proc/{pid}/cmdline") == "", "the port-forward has ended");
    }

    /// <summary>As somebody makes it whose cluster lets nobody else make namespaces.</summary>
    private async Task MakeNamespacesAsync()
    {
        foreach (var context in KubeApi.Contexts)
        {
            if (await kube.KubectlAsync("--context", context, "get", "namespace", "messageboard", "--ignore-not-found", "-o", "name") == "")
                await kube.KubectlAsync("--context", context, "create", "namespace", "messageboard");
        }
    }

    /// <summary>A pod with a status as kubelet and scheduler give it.</summary>
    private async Task MakePodAsync(string name, string app, string status)
    {
        await kube.ApplyAsync("ctx1", $$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: {{name}}, namespace: messageboard, labels: { app.kubernetes.io/name: {{app}}, app.kubernetes.io/part-of: messageboard } }
            spec: { containers: [{ name: app, image: x }] }
            """);
        await kube.KubectlAsync(
            "--context", "ctx1", "--namespace", "messageboard", "patch", "pod", name, "--subresource=status", "--type=merge", "-p", $$$"""{"status":{{{status}}}}""");
    }

    private Task<string> JobAsync(string field) =>
        kube.KubectlAsync("--context", "ctx1", "--namespace", "messageboard", "get", "job", "schema", "-o", $"jsonpath={{.metadata.{field}}}");

    private async Task<string> SecretAsync(string context, string name, string key) =>
        System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(
            await kube.KubectlAsync("--context", context, "--namespace", "messageboard", "get", "secret", name, "-o", $"jsonpath={{.data.{key}}}")));
}
