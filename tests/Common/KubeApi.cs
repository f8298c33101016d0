using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MessageBoard.Tests;

/// <summary>
/// Two real Kubernetes API servers with Istio's CRDs, contexts <c>ctx1</c> and <c>ctx2</c>, for a test class or several. They come from
/// <c>../shared/kube-api/kube-api</c> beside the checkout, or from the path in MESSAGEBOARD_KUBE_API. There is no kubelet and no
/// controller.
/// </summary>
public sealed class KubeApi : IAsyncLifetime
{
    private static readonly string Script =
        Environment.GetEnvironmentVariable("MESSAGEBOARD_KUBE_API")
            ?? Path.Combine(Repository.Root, "..", "shared", "kube-api", "kube-api");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"messageboard-kube-api-{Guid.NewGuid():N}");
    private readonly Dictionary<string, Server> _servers = [];

    public static bool IsAvailable => File.Exists(Script);

    public static IReadOnlyList<string> Contexts { get; } = ["ctx1", "ctx2"];

    /// <summary>A kubeconfig with both contexts; its user may do everything.</summary>
    public string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    private string Pids => Path.Combine(_folder, "pids");

    public async ValueTask InitializeAsync()
    {
        // xunit asks for the fixture of skipped tests too
        if (!IsAvailable)
            return;

        try
        {
            await UpAsync();
        }
        catch (InvalidOperationException)
        {
            // On a busy machine the script asks for the CRDs before the API server has looked at them, and gives up.
            await DisposeAsync();
            await UpAsync();
        }

        // the file has etcd first, then a server a context
        var pids = await File.ReadAllLinesAsync(Pids);
        foreach (var (context, pid) in Contexts.Zip(pids.Skip(1)))
            _servers[context] = new Server(pid, (await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).TrimEnd('\0').Split('\0'));
    }

    public async ValueTask DisposeAsync()
    {
        if (!File.Exists(Pids))
            return;

        var pids = await File.ReadAllLinesAsync(Pids);
        await RunAsync(Script, ["down", _folder], TimeSpan.FromMinutes(1));

        // A server without its etcd ends slowly, and what still runs would write into the folder while it goes.
        foreach (var pid in pids)
            await KillAsync(pid);

        Directory.Delete(_folder, recursive: true);
    }

    /// <returns>What kubectl wrote.</returns>
    /// <exception cref="InvalidOperationException">kubectl failed; the message is what it wrote to stderr.</exception>
    public Task<string> KubectlAsync(params string[] args) => KubectlAsync(args, input: null);

    /// <summary>Applies one or several YAML documents.</summary>
    /// <inheritdoc cref="KubectlAsync(string[])"/>
    public Task<string> ApplyAsync(string context, string yaml) => KubectlAsync(["--context", context, "apply", "-f", "-"], yaml);

    /// <summary>Makes a namespace with a name of its own in the contexts, or in both when none is given.</summary>
    public async Task<string> NewNamespaceAsync(params string[] contexts)
    {
        var name = $"test-{Guid.NewGuid():N}";
        foreach (var context in contexts is [] ? Contexts : contexts)
            await KubectlAsync("--context", context, "create", "namespace", name);

        return name;
    }

    /// <summary>Makes a namespace with the routing of the project's own istio/, and what else is given, in both clusters.</summary>
    /// <param name="more">What one context gets too; null for nothing. It is written for the namespace <c>messageboard</c>.</param>
    public async Task<string> NewMeshAsync(Func<string, string>? more = null)
    {
        var name = await NewNamespaceAsync();
        var files = await Task.WhenAll(Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio"), "*-service.yaml")
            .Select(file => File.ReadAllTextAsync(file)));
        await Task.WhenAll(Contexts.Select(context => ApplyAsync(
            context, string.Join(
                "---\n",
                more is null ? files : [.. files, more(context)]).Replace("namespace: messageboard", $"namespace: {name}"))));
        return name;
    }

    /// <summary>A kubeconfig with one context, for whoever has the token.</summary>
    public static string KubeconfigOf(string context, string server, string token) => $$"""
        apiVersion: v1
        kind: Config
        clusters: [{ name: it, cluster: { server: "{{server}}", insecure-skip-tls-verify: {{(server.StartsWith("https",
          StringComparison.Ordinal) ? "true" : "false")}} } }]
        users: [{ name: me, user: { token: "{{token}}" } }]
        contexts: [{ name: "{{context}}", context: { cluster: it, user: me } }]
        current-context: "{{context}}"
        """;

    /// <summary>A pod of an app, as its Deployment makes one, with or without Istio's proxy; nobody runs it.</summary>
    public static string PodOf(string ns, string name, string app, bool hasProxy = false) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: "{{name}}", namespace: "{{ns}}", labels: { app: "{{app}}" } }
        spec:
          automountServiceAccountToken: false
          initContainers: [{{(hasProxy ? "{ name: istio-proxy, image: none }" : "")}}]
          containers: [{ name: app, image: none }]
        """;

    /// <summary>Says of a pod what its kubelet would.</summary>
    public Task<string> SetReadyAsync(string context, string ns, string pod, bool ready) => KubectlAsync(
        "--context", context, "-n", ns, "patch", "pod", pod, "--subresource=status", "--type=merge", "-p",
        JsonSerializer.Serialize(new
        {
            status = new { phase = "Running", conditions = new[] { new { type = "Ready", status = ready ? "True" : "False" } } },
        }));

    /// <summary>The address of a context's API server.</summary>
    public Task<string> ServerAsync(string context) =>
        KubectlAsync("config", "view", "-o", $"jsonpath={{.clusters[?(@.name==\"{context}\")].cluster.server}}");

    /// <summary>Ends a server as a crash would: its connections break and its port refuses. What it stored stays.</summary>
    public Task StopServerAsync(string context) => KillAsync(_servers[context].Pid);

    /// <summary>Starts a stopped server again on its old port, and waits until it is ready.</summary>
    public async Task StartServerAsync(string context)
    {
        var server = _servers[context];
        var pid = (await RunAsync(
            "bash",
            ["-c", """log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null """
                + """& echo $!""", "bash", Path.Combine(_folder, $"{context}.log"), .. server.Command],
            TimeSpan.FromMinutes(1))).Trim();
        _servers[context] = server with { Pid = pid };
        await File.AppendAllLinesAsync(Pids, [pid]);
        await Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    return await KubectlAsync("--context", context, "get", "--raw", "/readyz") == "ok";
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            },
            $"the API server of {context} is ready",
            seconds: 60);
    }

    // The first start on a machine builds kube-apiserver, so test projects that run at once take turns.
    private Task<string> UpAsync() =>
        RunAsync(
            "flock",
            ["--close", Path.Combine(Path.GetTempPath(), "messageboard-kube-api.lock"), Script, "up", _folder, .. Contexts],
            TimeSpan.FromMinutes(15));

    private Task<string> KubectlAsync(IEnumerable<string> args, string? input) =>
        RunAsync("kubectl", ["--kubeconfig", Kubeconfig, "--request-timeout=20s", .. args], TimeSpan.FromMinutes(2), input);

    private static async Task KillAsync(string pid)
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
            process.Kill();
        }
        catch (ArgumentException)
        {
            return; // it has ended
        }

        // A process that ended has no command line, whether or not its parent has taken notice.
        await Eventually.IsTrueAsync(
            () => !File.Exists($"/proc/{pid}/cmdline") || File.ReadAllText($"/proc/{pid}/cmdline") == "", $"process {pid} has ended");
    }

    private static async Task<string> RunAsync(string file, IEnumerable<string> args, TimeSpan timeLimit, string? input = null)
    {
        var start =
            new ProcessStartInfo(file, args) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(timeLimit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? await output
                : throw new InvalidOperationException($"{file} {string.Join(' ', args)}: {await errors}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', args)} took more than {timeLimit}");
        }
    }

    /// <param name="Pid">Its process, also when that has been stopped.</param>
    /// <param name="Command">With what it was started.</param>
    private sealed record Server(string Pid, IReadOnlyList<string> Command);
}

/// <summary>A test that needs the API servers; skipped only where their script is not beside the checkout.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KubeApiFactAttribute : FactAttribute
{
    public KubeApiFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (!KubeApi.IsAvailable)
            Skip = "../shared/kube-api/kube-api is not beside the checkout (MESSAGEBOARD_KUBE_API can name it)";
    }
}
