namespace MessageBoard.Mesh.Loading;

/// <summary>A document that was read, and of which nothing was refused.</summary>
/// <param name="Line">The line on which its text begins, from 1.</param>
/// <param name="Version">The version of its text.</param>
/// <param name="Items">How many keys, values, lists and mappings it has.</param>
/// <param name="Resource">What it says; null where that is not carried out.</param>
/// <param name="Status">What became of it.</param>
internal sealed record ReadDocument(int Line, string Version, int Items, IMeshResource? Resource, ResourceStatus Status);
