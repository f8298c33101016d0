namespace MessageBoard.Mesh.Names;

/// <summary>Asks for the addresses of a host name.</summary>
/// <param name="name">The name.</param>
/// <param name="cancellationToken">Tells that nobody waits any more.</param>
/// <returns>The addresses, in the order in which they should be used.</returns>
public delegate Task<IPAddress[]> NameLookup(string name, CancellationToken cancellationToken);
