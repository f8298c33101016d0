using System.Text.Json;

namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>
/// One deployment from two empty clusters to none, with what each run said and what lay in the clusters between the runs. It takes half a
/// minute, so it happens once, and the tests look at what it left.
/// </summary>
public sealed class WholeRun : IAsyncLifetime
{
    private readonly KubeApi _kube = new();
    private readonly Workbench _bench;

    public WholeRun() => _bench = new Workbench(_kube);

    public IReadOnlyDictionary<string, string> Empty { get; private set; } = null!;

    public Run DryRun { get; private set; } = null!;

    /// <summary>Istio cannot be installed in ctx2.</summary>
    public Run FailedRun { get; private set; } = null!;

    /// <summary>Istio is there, and the cloud has given its east-west gateways no address yet.</summary>
    public Run PendingRun { get; private set; } = null!;

    public Run FirstRun { get; private set; } = null!;

    /// <summary>The ingress has an address by now, and the page a name and a certificate.</summary>
    public Run NamedRun { get; private set; } = null!;

    /// <summary>What then is in the clusters of the Gateway messageboard, and in ctx1 of the gateway's environment.</summary>
    public string Gateway { get; private set; } = "";

    public string GatewayHosts { get; private set; } = "";

    public string TlsSecret { get; private set; } = "";

    /// <summary>The values of all our Secrets by cluster, namespace/name and key.</summary>
    public Dictionary<string, Dictionary<string, Dictionary<string, string>>> Secrets { get; } = [];

    /// <summary>What kubectl says when the gateway's kubeconfig for ctx2 is used to list, and to delete.</summary>
    public string RemoteList { get; private set; } = "";

    public string RemoteDelete { get; private set; } = "";

    public UnixFileMode RootKeyMode { get; private set; }

    /// <summary>After the first run, a weight edited by hand in both clusters, and other people's objects.</summary>
    public IReadOnlyDictionary<string, string> BeforeSecondRun { get; private set; } = null!;

    public Run SecondRun { get; private set; } = null!;

    public IReadOnlyList<string> Weights { get; private set; } = [];

    public Run SecondDryRun { get; private set; } = null!;

    public Run RefusedCleanup { get; private set; } = null!;

    public Run CleanupDryRun { get; private set; } = null!;

    public Run Cleanup { get; private set; } = null!;

    public Run WholeCleanup { get; private set; } = null!;

    public IReadOnlyList<string> StateAfterWholeCleanup { get; private set; } = [];

    public string Log { get; private set; } = "";

    public IEnumerable<Run> Runs =>
        [DryRun, FailedRun, PendingRun, FirstRun, NamedRun, SecondRun, SecondDryRun, RefusedCleanup, CleanupDryRun, Cleanup, WholeCleanup];

    public async ValueTask InitializeAsync()
    {
        if (!KubeApi.IsAvailable)
            return;

        await _kube.InitializeAsync();
        await _bench.InitializeAsync();
        Empty = await _bench.SnapshotAsync();
        DryRun = await AndLookAsync(_bench.DeployAsync("--dry-run --observability"));

        var server = await _kube.KubectlAsync(
            "config", "view", "--context", "ctx2", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}");
        var options = $"--api-server-2 {server}";
        await LeaveAnotherRootsIntermediateAsync();
        FailedRun = await _bench.DeployAsync(
            options, ("STAND_IN_FAILS", "istioctl install --context ctx2"), ("STAND_IN_SAYS", "Error: 0/3 nodes: Insufficient cpu"));
        await AddGatewayAsync();
        await WarnOfLoadBalancerAsync();
        PendingRun = await _bench.DeployAsync($"{options} --timeout 1s");
        await GiveAddressesAsync();
        FirstRun = (await _bench.DeployAsync(options)).MustEnd(0);
        await ReadSecretsAsync();
        await UseRemoteKubeconfigAsync();
        RootKeyMode = File.GetUnixFileMode(Path.Combine(_bench.State, "k8s/ca/root-key.pem"));

        await GiveIngressAddressAsync();
        options += $" --host board.example.com --tls-cert {_bench.Certificate} --tls-key {_bench.Key}";
        NamedRun = (await _bench.DeployAsync(options)).MustEnd(0);
        Gateway = await ReadAsync("messageboard", "gateways.networking.istio.io", "messageboard", "{.spec.servers}");
        GatewayHosts = await ReadAsync(
            "messageboard", "deployment", "gateway", "{.spec.template.spec.containers[0].env[?(@.name==\"Gateway__Hosts\")].value}");
        TlsSecret = await ReadAsync("istio-system", "secret", "messageboard-tls", "{.type} {.data.tls\\.crt}");

        await AddOthersThingsAsync();
        BeforeSecondRun = await _bench.SnapshotAsync();
        SecondRun = await AndLookAsync(_bench.DeployAsync(options));
        Weights = await Task.WhenAll(KubeApi.Contexts.Select(context =>
            _kube.KubectlAsync(
                "--context", context, "-n", "messageboard", "get", "virtualservice", "user-service", "-o",
                "jsonpath={.spec.http[0].route[*].weight}")));

        SecondDryRun = await _bench.DeployAsync($"{options} --dry-run");
        RefusedCleanup = await _bench.CleanUpAsync("", "no\n");
        CleanupDryRun = await AndLookAsync(_bench.CleanUpAsync("--data --istio --dry-run"));
        Cleanup = await AndLookAsync(_bench.CleanUpAsync("", "yes\n"));
        WholeCleanup = await AndLookAsync(_bench.CleanUpAsync("--data --istio --yes"));
        StateAfterWholeCleanup = [.. Directory.EnumerateFileSystemEntries(Path.Combine(_bench.State, "k8s"))
            .Select(path => Path.GetFileName(path)!)
            .Order()];
        Log = await File.ReadAllTextAsync(_bench.Log);
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _kube.DisposeAsync();
    }

    private async Task<Run> AndLookAsync(Task<Run> run) => await run with { After = await _bench.SnapshotAsync() };

    /// <summary>As the state folder has it whose root CA was deleted.</summary>
    private async Task LeaveAnotherRootsIntermediateAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_bench.State, "k8s/ca/ctx1")).FullName;
        foreach (var file in new[] { "ca-cert.pem", "ca-key.pem", "cert-chain.pem" })
            await File.WriteAllTextAsync(Path.Combine(folder, file), "of another root");
    }

    /// <summary>As Istio's own instructions make it, in ctx1.</summary>
    private Task<string> AddGatewayAsync() => _kube.ApplyAsync("ctx1", """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: { name: cross-network-gateway, namespace: istio-system }
        spec: { selector: { istio: eastwestgateway }, servers: [{ port: { number: 15443, name: tls, protocol: TLS },
          tls: { mode: AUTO_PASSTHROUGH }, hosts: ["*.local"] }] }
        """);

    /// <summary>As a cloud's controller does that can make none in ctx1.</summary>
    private Task<string> WarnOfLoadBalancerAsync() => _kube.ApplyAsync("ctx1", $$"""
        apiVersion: v1
        kind: Event
        metadata: { name: load-balancer, namespace: istio-system }
        involvedObject: { kind: Service, name: istio-eastwestgateway, namespace: istio-system }
        type: Warning
        reason: SyncLoadBalancerFailed
        message: "Error syncing load balancer: forbidden by quota"
        lastTimestamp: "{{DateTime.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"
        """);

    /// <summary>As a cloud's controller does, the one by name and the other by number.</summary>
    private async Task GiveAddressesAsync()
    {
        foreach (var (context, address) in KubeApi.Contexts.Zip(["""{"hostname":"eastwest.ctx1.example"}""", """{"ip":"192.0.2.2"}"""]))
        {
            await _kube.KubectlAsync(
                "--context", context, "-n", "istio-system", "patch", "service", "istio-eastwestgateway", "--subresource=status",
                "--type=merge",
                "-p", $$$"""{ "status": { "loadBalancer": { "ingress": [ {{{address}}} ] } } }""");
        }
    }

    private async Task GiveIngressAddressAsync()
    {
        string[] kubectl = ["--context", "ctx1", "-n", "istio-system"];
        await _kube.KubectlAsync([.. kubectl, "create", "service", "loadbalancer", "istio-ingressgateway", "--tcp=443"]);
        await _kube.KubectlAsync([
            .. kubectl, "patch", "service", "istio-ingressgateway", "--subresource=status", "--type=merge",
            "-p", """{ "status": { "loadBalancer": { "ingress": [ { "ip": "192.0.2.1" } ] } } }""",
        ]);
    }

    private Task<string> ReadAsync(string space, string kind, string name, string path) =>
        _kube.KubectlAsync("--context", "ctx1", "-n", space, "get", kind, name, "-o", $"jsonpath={path}");

    private async Task ReadSecretsAsync()
    {
        foreach (var context in KubeApi.Contexts)
        {
            using var secrets =
                JsonDocument.Parse(await _kube.KubectlAsync("--context", context, "get", "secrets", "--all-namespaces", "-o", "json"));
            Secrets[context] = secrets.RootElement.GetProperty("items").EnumerateArray()
                .Where(secret => secret.GetProperty("metadata").GetProperty("namespace").GetString() is "messageboard" or "istio-system"
                    && secret.TryGetProperty("data", out _))
                .ToDictionary(
                    secret =>
                    {
                        var metadata = secret.GetProperty("metadata");
                        return $"{metadata.GetProperty("namespace").GetString()}/{metadata.GetProperty("name").GetString()}";
                    },
                    secret => secret.GetProperty("data").EnumerateObject().ToDictionary(
                        entry => entry.Name, entry => Encoding.UTF8.GetString(Convert.FromBase64String(entry.Value.GetString()!))));
        }
    }

    private async Task UseRemoteKubeconfigAsync()
    {
        using var folder = new TemporaryFolder();
        folder.Write("kubeconfig", Secrets["ctx1"]["messageboard/mesh-remote-ctx2"]["kubeconfig"]);
        const string Routes = "virtualservices.networking.istio.io";
        // A later --kubeconfig replaces the fixture's.
        RemoteList = await _kube.KubectlAsync("--kubeconfig", folder["kubeconfig"], "get", Routes, "-o", "name");
        RemoteDelete = (await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _kube.KubectlAsync("--kubeconfig", folder["kubeconfig"], "delete", Routes, "user-service"))).Message;
    }

    /// <summary>A weight edited as the gateway does, what Istio and the controllers make, and what we have not made.</summary>
    private async Task AddOthersThingsAsync()
    {
        foreach (var context in KubeApi.Contexts)
        {
            await _kube.KubectlAsync(
                "--context", context, "-n", "messageboard", "patch", "virtualservice", "user-service", "--type=json",
                "-p", """[{"op":"replace","path":"/spec/http/0/route/0/weight","value":12},"""
                    + """{"op":"replace","path":"/spec/http/0/route/1/weight","value":88}]""");
        }

        await _kube.ApplyAsync("ctx1", """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: data-mariadb-0, namespace: messageboard, labels: { app: mariadb, app.kubernetes.io/part-of: messageboard } }
            spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: others, namespace: messageboard, labels: { app: mariadb } }
            spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: others, namespace: messageboard }
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: others, namespace: istio-system }
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: { name: others, namespace: messageboard }
            spec: { hosts: [others], http: [{ route: [{ destination: { host: others } }] }] }
            ---
            apiVersion: v1
            kind: Namespace
            metadata: { name: others }
            """);
        await _kube.ApplyAsync("ctx2", """
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: istio-leader, namespace: istio-system, annotations: { control-plane.alpha.kubernetes.io/leader: "{}" } }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: istiod-1, namespace: istio-system, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: istiod,
              uid: 00000000-0000-0000-0000-000000000000 }] }
            spec: { containers: [{ name: discovery, image: x }] }
            """);
    }
}
