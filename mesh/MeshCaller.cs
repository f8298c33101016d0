namespace MessageBoard.Mesh;

/// <summary>Says of a process that it sends requests through the mesh; one that only answers need not know whom there is to call.</summary>
internal sealed class MeshCaller;
