namespace MessageBoard.Mesh.Resources;

/// <summary>What a traffic policy says of TLS.</summary>
/// <param name="Origination">TLS of the caller's own making; null for none.</param>
public sealed record TlsPolicy(ClientTls? Origination);
