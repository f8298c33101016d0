using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>
/// Runs deploy-all.sh and cleanup.sh as a person would against two real API servers, with a state folder of its own. Before the real
/// kubectl, and for istioctl, stand the programs in <c>stand-ins/</c>; what answers instead of the ingress says that it is each of
/// <see cref="Answering"/> in turn.
/// </summary>
public sealed class Workbench(KubeApi kube) : IAsyncLifetime
{
    private static readonly string RealKubectl = Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists) ?? "kubectl";

    // The kubeconfigs of servers that serve all kinds.
    private static readonly ConcurrentDictionary<string, bool> Ready = [];

    private readonly string _folder = Directory.CreateTempSubdirectory("messageboard-deploy-").FullName;
    private WebApplication? _ingress;
    private string? _kinds;
    private int _asked;

    public string State => Path.Combine(_folder, "state");

    public string Log => Path.Combine(State, "k8s", "deploy.log");

    /// <summary>A certificate for board.example.com and its key, which the ingress has too.</summary>
    public string Certificate => Path.Combine(_folder, "tls.crt");

    public string Key => Path.Combine(_folder, "tls.key");

    public string Calls => Path.Combine(_folder, "calls");

    /// <summary>The clusters that answer through the ingress.</summary>
    public IReadOnlyList<string> Answering { get; set; } = ["ctx1", "ctx2"];

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(MakeCertificate()));
        });
        _ingress = builder.Build();
        _ingress.MapFallback(context =>
        {
            context.Response.Headers["X-Service-Cluster"] = Answering[Interlocked.Increment(ref _asked) % Answering.Count];
            return Task.CompletedTask;
        });
        await _ingress.StartAsync();
        if (KubeApi.IsAvailable && Ready.TryAdd(kube.Kubeconfig, true))
        {
            foreach (var context in KubeApi.Contexts)
                await Eventually.IsTrueAsync(() => KnowsIstioAsync(context), $"the API server of {context} serves all of Istio's kinds");
        }
    }

    public Task<Run> DeployAsync(string options, params IEnumerable<(string Name, string Value)> environment) =>
        RunAsync("deploy-all.sh", $"--images registry.example/messageboard/1a2b3c4 {options}", "", environment);

    public Task<Run> CleanUpAsync(string options, string input = "") => RunAsync("scripts/cleanup.sh", options, input, []);

    /// <summary>Starts a script with its three streams in the caller's hands.</summary>
    public Process Start(string script, string options, params IEnumerable<(string, string)> environment) => Script.Start(script, options,
    [
        ("PATH", $"{Repository.Root}/tests/Scripts.Tests/Kubernetes/stand-ins:{Environment.GetEnvironmentVariable("PATH")}"),
        ("KUBECONFIG", kube.Kubeconfig),
        ("MESSAGEBOARD_STATE", State),
        ("STAND_IN_CALLS", Calls),
        ("STAND_IN_KUBECTL", RealKubectl),
        ("STAND_IN_PORT", $"{new Uri(_ingress!.Urls.First()).Port}"),
        ("STAND_IN_TLS_PORT", $"{new Uri(_ingress!.Urls.Last()).Port}"),
        .. environment,
    ]);

    /// <summary>All objects of both clusters with their resourceVersions, but for what the API servers write by themselves.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SnapshotAsync()
    {
        var objects = new Dictionary<string, string>();
        foreach (var (context, lines) in KubeApi.Contexts.Zip(await Task.WhenAll(KubeApi.Contexts.Select(ListAsync))))
        {
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                objects[$"{context} {line[..line.LastIndexOf(' ')]}"] = line[(line.LastIndexOf(' ') + 1)..];
        }

        return objects;
    }

    public async ValueTask DisposeAsync()
    {
        if (_ingress is not null)
            await _ingress.DisposeAsync();

        Directory.Delete(_folder, recursive: true);
    }

    private X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = new CertificateRequest("CN=board.example.com", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    /// <summary>A server that is ready may still be at work on the last of its CustomResourceDefinitions.</summary>
    private async Task<bool> KnowsIstioAsync(string context)
    {
        try
        {
            await kube.KubectlAsync("--context", context, "api-resources", "--api-group", "telemetry.istio.io");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <returns>A line an object, its resourceVersion last.</returns>
    private async Task<string> ListAsync(string context)
    {
        _kinds ??= string.Join(',', (await kube.KubectlAsync("--context", context, "api-resources", "--verbs=list", "-o", "name"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(kind => !kind.StartsWith("events", StringComparison.Ordinal) && !kind.StartsWith("leases", StringComparison.Ordinal)
                && kind != "componentstatuses"));
        return await kube.KubectlAsync(
            "--context", context, "get", _kinds, "--all-namespaces", "--ignore-not-found",
            "-o", """jsonpath={range .items[*]}{.kind} {.apiVersion} {.metadata.namespace}/{.metadata.name} """
                + """{.metadata.resourceVersion}{"\n"}{end}""");
    }

    private async Task<Run> RunAsync(string script, string options, string input, IEnumerable<(string Name, string Value)> environment)
    {
        await File.WriteAllTextAsync(Calls, "");
        var (code, output, errors) = await Start(script, options, environment).EndAsync(input);
        return new Run(code, output, errors, await File.ReadAllLinesAsync(Calls));
    }
}

/// <summary>A run of a script.</summary>
/// <param name="ExitCode">With which it ended.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Errors">What it wrote to its standard error.</param>
/// <param name="Calls">What kubectl and istioctl were called with, in order.</param>
public sealed record Run(int ExitCode, string Output, string Errors, IReadOnlyList<string> Calls)
{
    /// <summary>Fails with what the script said.</summary>
    public Run MustEnd(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>The objects of both clusters afterwards, where somebody has looked.</summary>
    public IReadOnlyDictionary<string, string> After { get; init; } = new Dictionary<string, string>();

    public override string ToString() => Output + Errors;
}
