using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck.Fitting;

/// <summary>What the files' resources come to, put together.</summary>
/// <param name="Resources">All that became of them, and how much of each is in force.</param>
/// <param name="Problems">What does not fit together, though each is carried out as far as it goes; with lines.</param>
internal sealed record Fit(IReadOnlyList<ResourceStatus> Resources, IReadOnlyList<MeshProblem> Problems);
