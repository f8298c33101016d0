namespace MessageBoard.Mesh.Explain;

/// <summary>
/// What happens to one request in the mesh, for who wants to know: the sender puts one into the request's options under
/// <see cref="Key"/>, and the mesh fills it. Without it nothing is kept.
/// </summary>
public sealed class MeshExchange
{
    /// <summary>Where the mesh looks for it: <see cref="HttpRequestMessage.Options"/>.</summary>
    public static readonly HttpRequestOptionsKey<MeshExchange> Key = new("MessageBoard.Mesh.Exchange");

    /// <summary>What went wrong; <see cref="ResponseFlags.None"/> when nothing did.</summary>
    public ResponseFlags Flags { get; internal set; }

    /// <summary>Why the request went where it went; null when it never came to the mesh.</summary>
    public MeshExplanation? Explain() => null;

    /// <summary>Tells that the response has ended, so that what it held (its place in the connection pool) is free again.</summary>
    public void Complete()
    {
    }
}
