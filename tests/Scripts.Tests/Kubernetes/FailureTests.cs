namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>
/// What deploy-all.sh says when a step fails, and what it does with what it finds. The clusters keep what the tests before have
/// deployed.
/// </summary>
public sealed class FailureTests(KubeApi kube) : IClassFixture<KubeApi>, IAsyncLifetime
{
    private readonly Workbench _bench = new(kube);

    public ValueTask InitializeAsync() => _bench.InitializeAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("--observability --otlp-endpoint http://otel:4318", "do not go together")]
    [InlineData("--otlp-headers-secret mine", "--otlp-headers-secret wants --otlp-endpoint")]
    [InlineData("--otlp-endpoint otel:4318", "--otlp-endpoint wants a URL")]
    [InlineData("--otlp-endpoint https://me:secret@otel:4318", "--otlp-endpoint wants a URL")]
    [InlineData("--otlp-endpoint https://otel/?token=x", "--otlp-endpoint wants a URL")]
    [InlineData("--otlp-endpoint https://otel --otlp-headers-secret Mine", "wants a Secret's name")]
    [InlineData("--otlp-endpoint", "--otlp-endpoint wants a value")]
    [InlineData("--proxyless --skip-istio", "leave out --skip-istio")]
    [InlineData("--crds x", "go with --proxyless")]
    [InlineData("--pod-network-1 10.0.0.0/8", "go with --proxyless")]
    [InlineData("--proxyless --crds no-such-file", "there is no file 'no-such-file'")]
    [InlineData("--proxyless --pod-network-1 many", "wants networks as 10.244.0.0/16, not 'many'")]
    public async Task Options_that_make_no_sense_end_before_anything_is_asked(string options, string message)
    {
        var run = await _bench.DeployAsync(options);

        Assert.Contains(message, run.MustEnd(2).Errors, StringComparison.Ordinal);
        Assert.Empty(run.Calls);
    }

    [KubeApiFact]
    public async Task Nodes_that_do_not_tell_their_pods_network_are_no_guess()
    {
        var run = await _bench.DeployAsync("--proxyless --pod-network-2 10.2.0.0/16");

        Assert.Contains("--pod-network-1 10.244.0.0/16", run.MustEnd(1).Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public async Task Tools_that_are_too_old_are_named_with_the_version_wanted()
    {
        var run = await _bench.DeployAsync("", ("STAND_IN_ISTIO", "1.24.2"));

        Assert.Contains("Step 1 of 19 failed: Tools and versions", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("istioctl 1.27 or later is wanted; this one says: 1.24.2", run.Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public async Task A_context_that_is_not_there_is_named()
    {
        var run = await _bench.DeployAsync("--context-2 nowhere");

        Assert.Contains("Step 2 of 19 failed", run.MustEnd(1).Errors, StringComparison.Ordinal);
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

        Assert.Contains("Step 4 of 19 failed: Common root CA", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("Only one cluster has Secret cacerts", run.Errors, StringComparison.Ordinal);
        await kube.KubectlAsync("--context", "ctx1", "delete", "secret", "cacerts", "--namespace", "istio-system");
    }

    [KubeApiFact]
    public async Task A_cluster_that_fails_to_say_whether_it_has_a_root_CA_is_not_taken_for_one_without()
    {
        var run = await _bench.DeployAsync(
            "",
            ("STAND_IN_FAILS", "--context ctx1 .*get secret cacerts"),
            ("STAND_IN_SAYS", "Error from server: etcdserver: request timed out"));

        Assert.Contains("Step 4 of 19 failed: Common root CA", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(
            run.Calls, call => call.Contains("--context ctx2 --request-timeout 30s get secret cacerts", StringComparison.Ordinal));
    }

    [KubeApiFact]
    public async Task Another_control_plane_is_found_before_anything_is_changed()
    {
        foreach (var (where, name, cluster, said) in new[]
        {
            ("default", "istiod-1-26", "ctx2", "Istio is in ctx2 already, as default/istiod-1-26:"),
            ("istio-system", "istiod", "Kubernetes", "The Istio in ctx2 calls its cluster 'Kubernetes', not 'ctx2'"),
        })
        {
            await MakeIstiodAsync("ctx2", where, name, cluster);

            var run = await _bench.DeployAsync("");

            Assert.Contains("Step 2 of 19 failed", run.MustEnd(1).Errors, StringComparison.Ordinal);
            Assert.Contains(said, run.Errors, StringComparison.Ordinal);
            Assert.Matches(@"choose\s+--skip-istio", run.Errors);
            await kube.KubectlAsync("--context", "ctx2", "--namespace", where, "delete", "deployment", name);
        }
    }

    [KubeApiFact]
    public async Task A_registry_s_Secret_that_others_made_is_not_overwritten()
    {
        await MakeNamespacesAsync();
        await OursAsync("ctx2", "create", "secret", "generic", "registry", "--from-literal=theirs=yes");
        var file = Path.Combine(_bench.State, "config.json");
        Directory.CreateDirectory(_bench.State);
        await File.WriteAllTextAsync(file, """{"auths":{}}""");

        var run = await _bench.DeployAsync($"--skip-istio --registry-secret {file}");

        Assert.Contains("Step 9 of 19 failed: Secrets", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("Secret registry of ctx2 (namespace messageboard) says something else", run.Errors, StringComparison.Ordinal);
        Assert.Equal("yes", await SecretAsync("ctx2", "registry", "theirs"));
        await BothAsync("delete", "secret", "registry");
    }

    [KubeApiFact]
    public async Task Cleanup_takes_of_somebody_s_Istio_our_gateway_only_and_leaves_one_beside_another_alone()
    {
        foreach (var context in KubeApi.Contexts)
        {
            await kube.ApplyAsync(context, $$"""
                apiVersion: v1
                kind: Namespace
                metadata: { name: istio-system }
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: { name: messageboard-installed-{{(context == "ctx1" ? "eastwest" : "istio")}}, namespace: istio-system,
                  labels: { app.kubernetes.io/part-of: messageboard } }
                data: { state: installed }
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: { name: eastwest, namespace: istio-system, labels: { install.operator.istio.io/owning-resource: eastwest } }
                """);
            await MakeIstiodAsync(context, "istio-system", "istiod", context);
        }

        await MakeIstiodAsync("ctx2", "default", "istiod-canary", "ctx2");
        // An aggregated API that is down, as metrics often are.
        await kube.ApplyAsync("ctx1", """
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: { name: v1beta1.metrics.example }
            spec: { group: metrics.example, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100, service: { name: none,
              namespace: default } }
            """);
        Directory.CreateDirectory(Path.Combine(_bench.State, "k8s/ca"));
        await File.WriteAllTextAsync(Path.Combine(_bench.State, "k8s/ca/root-cert.pem"), "of other clusters");

        var run = await _bench.CleanUpAsync("--istio --yes");

        await kube.KubectlAsync("--context", "ctx1", "delete", "apiservice", "v1beta1.metrics.example");
        run.MustEnd(0);
        Assert.DoesNotContain(run.Calls, call => call.StartsWith("istioctl", StringComparison.Ordinal));
        Assert.Contains(
            "Istio stays in ctx2: to purge it would take along another one,\n        default/istiod-canary",
            run.Output,
            StringComparison.Ordinal);
        Assert.Equal("", await IstioAsync("ctx1", "serviceaccount/eastwest", "configmap/messageboard-installed-eastwest"));
        Assert.Equal("deployment.apps/istiod\n", await IstioAsync("ctx1", "deployment/istiod"));
        Assert.Equal("configmap/messageboard-installed-istio\n", await IstioAsync("ctx2", "configmap/messageboard-installed-istio"));
        Assert.True(File.Exists(Path.Combine(_bench.State, "k8s/ca/root-cert.pem")));

        foreach (var context in KubeApi.Contexts)
            await kube.KubectlAsync(
                "--context", context, "--namespace", "istio-system", "delete", "deployment/istiod",
                "configmap/messageboard-installed-istio", "serviceaccount/eastwest", "--ignore-not-found");

        await kube.KubectlAsync("--context", "ctx2", "--namespace", "default", "delete", "deployment", "istiod-canary");
    }

    [KubeApiFact]
    public async Task Cleanup_leaves_out_a_cluster_that_is_no_more()
    {
        await MakeNamespacesAsync();
        await kube.ApplyAsync("ctx1", """
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: ours, namespace: messageboard, labels: { app.kubernetes.io/part-of: messageboard } }
            """);

        var run = await _bench.CleanUpAsync("--yes --context-2 nowhere");

        Assert.Contains(
            "nowhere is left out, it does not answer:\n        error: context", run.MustEnd(0).Output, StringComparison.Ordinal);
        Assert.Contains("[ 1/1] Removing from ctx1 … ok", run.Output, StringComparison.Ordinal);
        Assert.Equal("", await OursAsync("ctx1", "get", "configmap", "ours", "--ignore-not-found", "-o", "name"));

        run = await _bench.CleanUpAsync("--yes --context-1 gone --context-2 nowhere");
        Assert.Contains("""context "nowhere" does not exist""", run.MustEnd(1).Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public async Task Pods_that_do_not_start_are_told_with_their_reasons_and_what_to_do()
    {
        await MakeNamespacesAsync();
        await MakePodAsync("mariadb-0", "mariadb", """{"phase":"Pending","containerStatuses":[{"name":"app","ready":"""
            + """false,"restartCount":0,"image":"x","imageID":"","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}""");
        await MakePodAsync(
            "kafka-0",
            "kafka",
            """{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 """
                + """nodes are available: 3 Insufficient cpu."}]}""");
        await MakePodAsync("kafka-1", "kafka", """{"phase":"Running","containerStatuses":[{"name":"app","ready":"""
            + """false,"restartCount":4,"image":"x","imageID":"","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""");

        await MakeEventAsync("one", "Failed", "Failed to pull image: unauthorized");
        await MakeEventAsync("again", "Failed", "Failed to pull image: unauthorized");
        await MakeEventAsync("probe", "Unhealthy", "Readiness probe failed: connection refused");
        await MakeEventAsync("secret", "FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (registry)");

        var run = await _bench.DeployAsync(
            "--skip-istio --timeout 1s",
            ("STAND_IN_WAITS", "(statefulset.apps/(mariadb|kafka)|-l .*mariadb)"),
            ("STAND_IN_LOGS", "exec /opt/kafka: exec format error"));

        run.MustEnd(1);
        Assert.Contains("[ 4/19] Common root CA … left out (--skip-istio)", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "        pods ready 0/3: kafka-0 in ctx1 (0/3 nodes are available: 3 Insufficient cpu.)", run.Output, StringComparison.Ordinal);
        Assert.Contains("Step 10 of 19 failed: Stores", run.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "  command: kubectl --context ctx1 --namespace messageboard rollout status statefulset.apps/kafka",
            run.Errors,
            StringComparison.Ordinal);
        Assert.Contains("pod mariadb-0: Pending  ImagePullBackOff", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Split('\n'), line => line == "    event mariadb-0: Failed to pull image: unauthorized");
        foreach (var noise in new[] { "Readiness probe failed", "Unable to retrieve", "credentials are not valid" })
            Assert.DoesNotContain(noise, run.Errors, StringComparison.Ordinal);

        Assert.Contains("log kafka-1: exec /opt/kafka: exec format error", run.Errors, StringComparison.Ordinal);
        foreach (var hint in new[] { "not for this node's processor", "A private registry", "ends again and again", "No node has room" })
            Assert.Contains(hint, run.Errors, StringComparison.Ordinal);

        foreach (var pod in new[] { "mariadb-0", "kafka-0", "kafka-1" })
            await OursAsync("ctx1", "delete", "pod", pod, "--grace-period=0", "--force");

        await OursAsync("ctx1", "delete", "events", "--all");
    }

    [KubeApiFact]
    public async Task A_Job_that_failed_is_told_and_made_anew_by_the_next_run_and_a_silent_cluster_is_named()
    {
        (await _bench.DeployAsync("--skip-istio")).MustEnd(0);
        var failed = await JobAsync("uid");
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        await OursAsync("ctx1", "patch", "job", "schema", "--subresource=status", "--type=merge",
            "-p",
            """{"status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded","lastTransitionTime":"""
            + $$$""" "{{{now}}}"}]}}""");
        await OursAsync(
            "ctx1", "patch", "virtualservice", "log-service", "--type=json",
            "-p", """[{"op":"replace","path":"/spec/http/0/route/0/weight","value":7}]""");
        await OursAsync("ctx2", "delete", "virtualservice", "log-service");
        _bench.Answering = ["ctx1"];

        var run = await _bench.DeployAsync("--skip-istio --timeout 2s");

        // What one cluster lacks it gets from the other, not from the file.
        const string route = "jsonpath={.metadata.labels} {.spec}";
        Assert.Equal(
            await OursAsync("ctx1", "get", "virtualservice", "log-service", "-o", route),
            await OursAsync("ctx2", "get", "virtualservice", "log-service", "-o", route));
        Assert.Contains("kept with their weights: ctx1: log-service, message-service, ", run.Output, StringComparison.Ordinal);

        Assert.NotEqual(failed, await JobAsync("uid"));
        Assert.Contains("Step 18 of 19 failed", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("never answered: ctx2 (answered: ctx1; last answer: HTTP/1.1 200 OK)", run.Errors, StringComparison.Ordinal);
        Assert.Contains("istioctl --context ctx1 remote-clusters", run.Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public async Task A_namespace_that_was_there_stays_its_maker_s_and_a_secret_that_was_there_counts()
    {
        await MakeNamespacesAsync();
        await BothAsync("delete", "secret", "redis", "stores", "--ignore-not-found");
        await OursAsync("ctx2", "create", "secret", "generic", "redis", "--from-literal=password=chosen-by-hand");

        var run = await _bench.DeployAsync(
            "--skip-istio",
            ("STAND_IN_FAILS", "apply -k .* notin "),
            ("STAND_IN_SAYS", """Error: admission webhook "x" denied the request"""));

        Assert.Contains("Step 10 of 19 failed: Stores", run.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("An admission rule refuses the pod", run.Errors, StringComparison.Ordinal);
        Assert.Equal("chosen-by-hand", await SecretAsync("ctx1", "redis", "password"));
        Assert.Equal("redis:6379,password=chosen-by-hand", await SecretAsync("ctx1", "stores", "ConnectionStrings__Redis"));

        await OursAsync("ctx2", "patch", "secret", "redis", "-p", """{"stringData":{"password":"another"}}""");
        run = await _bench.DeployAsync("--skip-istio");
        Assert.Contains("Secret redis differs between ctx1 and ctx2", run.MustEnd(1).Errors, StringComparison.Ordinal);
        await BothAsync("delete", "secret", "redis", "stores");
    }

    [KubeApiFact]
    public async Task Two_runs_do_not_mix_and_Ctrl_C_leaves_nothing_running()
    {
        _bench.Answering = ["ctx1"];
        var running = _bench.Start("deploy-all.sh", "--images registry.example/messageboard/1a2b3c4 --skip-istio");
        var end = running.EndAsync();
        var portForward = $"{_bench.Calls}.port-forward";
        await Eventually.IsTrueAsync(
            () => File.Exists(portForward) && File.ReadAllText(portForward).EndsWith('\n'), "the port-forward runs", seconds: 120);
        var pid = (await File.ReadAllTextAsync(portForward)).Trim();

        var second = await _bench.DeployAsync("--skip-istio");
        Assert.Contains("Another deploy-all.sh or cleanup.sh works with", second.MustEnd(1).Errors, StringComparison.Ordinal);

        ProcessIdentity.Of(running.Id).Signal(2);

        var (code, output, errors) = await end.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(code == 130, $"{code}: {output}{errors}");
        Assert.Contains("Interrupted. What is done stays", errors, StringComparison.Ordinal);
        await Eventually.IsTrueAsync(
            () => !File.Exists($"/proc/{pid}/cmdline") || File.ReadAllText($"/proc/{pid}/cmdline") == "", "the port-forward has ended");
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
            metadata: { name: {{name}}, namespace: messageboard, labels: { app.kubernetes.io/name: {{app}},
              app.kubernetes.io/part-of: messageboard } }
            spec: { containers: [{ name: app, image: x }] }
            """);
        await OursAsync("ctx1", "patch", "pod", name, "--subresource=status", "--type=merge", "-p", $$$"""{"status":{{{status}}}}""");
    }

    /// <summary>A warning about the pod mariadb-0, as kubelet gives it.</summary>
    private Task<string> MakeEventAsync(string name, string reason, string message) => kube.ApplyAsync("ctx1", $$"""
        apiVersion: v1
        kind: Event
        metadata: { name: {{name}}, namespace: messageboard }
        involvedObject: { kind: Pod, name: mariadb-0, namespace: messageboard }
        type: Warning
        reason: {{reason}}
        message: "{{message}}"
        lastTimestamp: "{{DateTime.UtcNow.AddMinutes(1):yyyy-MM-ddTHH:mm:ssZ}}"
        """);

    /// <summary>A control plane as istioctl or Helm makes it, that calls its cluster <paramref name="cluster"/>.</summary>
    private Task<string> MakeIstiodAsync(string context, string where, string name, string cluster) => kube.ApplyAsync(context, $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: {{where}} }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: {{name}}, namespace: {{where}}, labels: { app: istiod } }
        spec:
          selector: { matchLabels: { app: istiod } }
          template:
            metadata: { labels: { app: istiod } }
            spec: { containers: [{ name: discovery, image: x, env: [{ name: CLUSTER_ID, value: {{cluster}} }] }] }
        """);

    private Task<string> OursAsync(string context, params IEnumerable<string> args) =>
        kube.KubectlAsync(["--context", context, "--namespace", "messageboard", .. args]);

    private Task<string[]> BothAsync(params string[] args) => Task.WhenAll(KubeApi.Contexts.Select(context => OursAsync(context, args)));

    private Task<string> IstioAsync(string context, params string[] names) =>
        kube.KubectlAsync(["--context", context, "--namespace", "istio-system", "get", "--ignore-not-found", "-o", "name", .. names]);

    private Task<string> JobAsync(string field) =>
        OursAsync("ctx1", "get", "job", "schema", "-o", $"jsonpath={{.metadata.{field}}}");

    private async Task<string> SecretAsync(string context, string name, string key) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(
            await OursAsync(context, "get", "secret", name, "-o", $"jsonpath={{.data.{key}}}")));
}
