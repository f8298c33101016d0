namespace MessageBoard.Mesh.Authorization;

/// <summary>How a called service's mesh tells its caller's that it was not the service that refused a request.</summary>
internal static class Denial
{
    /// <summary>A header of the refusal, which goes no further than the caller's mesh.</summary>
    public const string Header = "x-mesh-denied";
}
