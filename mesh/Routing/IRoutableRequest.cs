using System.Diagnostics.CodeAnalysis;

namespace MessageBoard.Mesh.Routing;

/// <summary>What the routing decision may look at. A struct, so that asking costs no allocation.</summary>
public interface IRoutableRequest
{
    /// <summary>The host it is for, without the port.</summary>
    string Host { get; }

    /// <summary>The port it is for.</summary>
    int Port { get; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    string Scheme { get; }

    /// <summary>The host as the <c>Host</c> header has it, with the port where it is not the default.</summary>
    string Authority { get; }

    /// <summary>The HTTP method.</summary>
    string Method { get; }

    /// <summary>The path without the query, normalised (<see cref="RequestPath.Normalize"/>).</summary>
    string Path { get; }

    /// <summary>The query with its question mark; empty when there is none.</summary>
    string Query { get; }

    /// <summary>The value of a header; several are joined with commas, as Envoy does it.</summary>
    bool TryGetHeader(string name, [NotNullWhen(true)] out string? value);
}
