namespace MessageBoard.MeshKubernetes;

/// <summary>A kind of resource that the gateway reads and edits.</summary>
/// <param name="Group">Its API group, in version v1.</param>
/// <param name="Plural">Its name in paths.</param>
/// <param name="Kind">Its name.</param>
/// <param name="IsOptional">Whether a cluster may well not have its CRD.</param>
internal sealed record ResourceKind(string Group, string Plural, string Kind, bool IsOptional = false)
{
    /// <summary>
    /// Stands for the group without a name, of which the objects are not read whole: of pods and nodes their metadata counts alone.
    /// </summary>
    public const string Core = "core";
}
