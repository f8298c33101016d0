namespace MessageBoard.Mesh.Resources;

/// <summary>A port of a service.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name, by which a workload says on which port of its own it serves it.</param>
public sealed record ServicePort(int Number, string Name)
{
    /// <summary>The port of the workloads that do not say one; null for <see cref="Number"/>.</summary>
    public int? TargetPort { get; init; }

    /// <summary>What is spoken there.</summary>
    public PortProtocol Protocol { get; init; }
}

/// <summary>What is spoken at a service's port, as far as it makes a difference.</summary>
public enum PortProtocol
{
    /// <summary>HTTP/1.1, or nothing is said.</summary>
    Http,

    /// <summary>HTTP/2, as gRPC is.</summary>
    Http2,

    /// <summary>TLS of the caller's own, or no HTTP at all: the rules of VirtualServices under <c>http</c> are not for it.</summary>
    Opaque,
}
