using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;

namespace k8s;

/// <summary>Which API server, and as whom.</summary>
public partial class KubernetesClientConfiguration
{
    /// <summary>The namespace of the context or of the pod; null when none is named.</summary>
    public string? Namespace { get; set; }

    /// <summary>The API server's address, such as <c>https://10.0.0.1:443/</c>.</summary>
    public string Host { get; set; } = "";

    /// <summary>Trusts any server certificate.</summary>
    public bool SkipTlsVerify { get; set; }

    /// <summary>The name that the server's certificate must have, when it is not the host's.</summary>
    public string? TlsServerName { get; set; }

    /// <summary>The only roots that are trusted; null for those of the machine.</summary>
    public X509Certificate2Collection? SslCaCerts { get; set; }

    /// <summary>How long a call may take; a watch only until it has been opened.</summary>
    public TimeSpan HttpClientTimeout { get; set; } = TimeSpan.FromSeconds(100);

    internal Credentials Credentials { get; set; } = new FixedCredentials(header: null, certificate: null);
}
