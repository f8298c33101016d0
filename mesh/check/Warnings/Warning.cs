using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>Something that is valid and hardly meant so.</summary>
/// <param name="Code">
/// The code that istioctl analyze has for it (https://istio.io/latest/docs/reference/config/analysis/); null where it has none.
/// </param>
/// <param name="Resource">The resource.</param>
/// <param name="File">The file it stands in.</param>
/// <param name="Line">The line.</param>
/// <param name="Message">What it is.</param>
internal sealed record Warning(string? Code, ResourceKey Resource, string File, int Line, string Message)
{
    /// <summary>The message with its code.</summary>
    public string Text => Code is null ? Message : $"{Message} [{Code}]";
}
