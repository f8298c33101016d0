using System.Collections.Frozen;

namespace MessageBoard.Mesh.Loading;

/// <summary>The protocols of ports, read without regard to case (Istio's pkg/config/protocol/instance.go).</summary>
internal static class Protocols
{
    private static readonly FrozenSet<string>
        Http = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB"),
        Tls = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "HTTPS", "TLS"),
        Other = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "TCP", "UDP", "MONGO", "REDIS", "MYSQL");

    public static bool IsKnown(string protocol) => IsHttp(protocol) || IsTls(protocol) || Other.Contains(protocol);

    /// <summary>Whether it is HTTP in the clear.</summary>
    public static bool IsHttp(string protocol) => Http.Contains(protocol);

    public static bool IsTls(string protocol) => Tls.Contains(protocol);
}
