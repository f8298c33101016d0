using System.Globalization;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Requests;

/// <summary>How a rule's settings are said.</summary>
internal static class Words
{
    private const string DefaultRetryOn = "connect-failure,refused-stream,unavailable,cancelled";

    public static string Percent(double percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.##} %");

    public static string Duration(TimeSpan duration) => duration < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s");

    /// <summary>A service or a subset of it.</summary>
    public static string Destination(string host, string? subset) => subset is null ? host : $"{host} subset {subset}";

    public static string Retries(HttpRetry? retries, string? retryOn)
    {
        var (used, isDefault) = (retries ?? HttpRetry.Default, retries is null);
        if (used.Attempts == 0)
            return "none";

        var limit = used.PerTryTimeout is { } time && time > TimeSpan.Zero ? $", each at most {Duration(time)}" : "";
        return $"{used.Attempts}{limit}, on {retryOn ?? DefaultRetryOn}{(isDefault ? " (Istio's default)" : "")}";
    }

    /// <summary>The rule that a request takes, and where it is written.</summary>
    public static string Rule(Verdict verdict) => verdict.Rule is not { } rule
        ? $"no rule{(verdict.Outcome.Length == 0 ? "" : $": {verdict.Outcome}")}"
        : $"{rule.Resource}, {Rule(rule.Resource, rule.Index, rule.Name)} ({rule.File}:{rule.Line})";

    /// <summary>A rule by its place and name.</summary>
    public static string Rule(ResourceKey resource, int index, string? name) =>
        $"{GivenMesh.PathOf(resource, index).ToString()["spec.".Length..]}{(name is null ? "" : $" '{name}'")}";

    /// <summary>Changes to headers, a line each.</summary>
    public static IEnumerable<string> Operations(HeaderOperations operations) =>
    [
        .. operations.Remove.Select(name => $"remove {name}"),
        .. operations.Set.Select(header => $"set {header.Key}: {header.Value.Text}"),
        .. operations.Add.Select(header => $"add {header.Key}: {header.Value.Text}"),
    ];
}
