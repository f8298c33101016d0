using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MessageBoard.Manifests.Tests;

/// <summary>What <c>kubectl kustomize</c> makes of a folder.</summary>
/// <param name="Cluster">For which cluster it is; empty for both.</param>
/// <param name="Manifests">The objects.</param>
internal sealed record Rendering(string Cluster, IReadOnlyList<Manifest> Manifests)
{
    private static readonly ConcurrentDictionary<string, string> Texts = [];

    /// <summary>Everything that is applied, in order; the overlay of a cluster in it alone.</summary>
    public static IReadOnlyList<string> Folders { get; } =
    [
        "k8s/namespace", "k8s/overlays/ctx1", "k8s/overlays/ctx2", "istio",
        "k8s/observability/namespaces", "k8s/observability/ctx1", "k8s/observability/ctx2",
        "k8s/budgets/ctx1", "k8s/budgets/ctx2", "k8s/budgets/observability",
    ];

    public static Rendering Of(string folder) => Read(folder, YamlOf(folder));

    public static Rendering Read(string folder, string yaml) =>
        new(Path.GetFileName(folder) is var name && name.StartsWith("ctx", StringComparison.Ordinal) ? name : "", Manifest.Read(yaml));

    public static string YamlOf(string folder) => Texts.GetOrAdd(folder, Render);

    public IEnumerable<Manifest> Of(params string[] kinds) => Manifests.Where(manifest => kinds.Contains(manifest.Kind));

    private static string Render(string folder)
    {
        using var kubectl = Process.Start(
            new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Repository.Root, folder)]) { RedirectStandardOutput = true })!;
        var yaml = kubectl.StandardOutput.ReadToEnd();
        kubectl.WaitForExit();
        return kubectl.ExitCode == 0 ? yaml : throw new InvalidOperationException($"kubectl kustomize {folder} failed");
    }
}

/// <summary>A test that needs kubectl, and what else is named; skipped without, but not where CI=true.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KubectlTheoryAttribute : TheoryAttribute
{
    public KubectlTheoryAttribute(string? other = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        var missing = new[] { "kubectl", other }.OfType<string>().Where(tool =>
            !Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool))));
        if (Environment.GetEnvironmentVariable("CI") != "true" && missing.Any())
            Skip = $"missing: {string.Join(", ", missing)}";
    }
}
