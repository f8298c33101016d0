using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck.Given;

/// <summary>What calls and is called: a WorkloadEntry, or the pods of a Deployment.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Labels">The labels of the workload.</param>
internal sealed record GivenWorkload(ResourceKey Key, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Labels in words.</summary>
    public static string Describe(IEnumerable<KeyValuePair<string, string>> labels) =>
        string.Join(", ", labels.Select(label => $"{label.Key}={label.Value}"));

    /// <summary>Whether it carries all of these labels.</summary>
    public bool Carries(IReadOnlyDictionary<string, string> labels) =>
        labels.All(label => Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
