using System.Security.Authentication;

namespace MessageBoard.Mesh.Tls;

/// <summary>Why there is no TLS with a server, in words that may be told: no paths, nothing of keys.</summary>
internal sealed class TlsFailure(string reason, Exception? inner = null) : AuthenticationException(reason, inner);
