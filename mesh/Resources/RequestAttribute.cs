namespace MessageBoard.Mesh.Resources;

/// <summary>What a policy may look at.</summary>
public enum RequestAttribute
{
    /// <summary>The caller, such as <c>cluster.local/ns/messageboard/sa/gateway</c>.</summary>
    SourcePrincipal,

    /// <summary>The caller's namespace.</summary>
    SourceNamespace,

    /// <summary>The caller's service account, <c>namespace/name</c>, or <c>name</c> in the policy's namespace.</summary>
    SourceServiceAccount,

    /// <summary>The caller's trust domain, <c>cluster.local</c>.</summary>
    SourceTrustDomain,

    /// <summary>The address that the connection comes from.</summary>
    SourceAddress,

    /// <summary>The address that the request comes from, before all proxies.</summary>
    RemoteAddress,

    /// <summary>Who the token speaks of, <c>issuer/subject</c>.</summary>
    RequestPrincipal,

    /// <summary>Whom the token is for.</summary>
    RequestAudiences,

    /// <summary>To whom the token was given, its claim <c>azp</c>.</summary>
    RequestPresenter,

    /// <summary>A claim of the token.</summary>
    RequestClaim,

    /// <summary>A header.</summary>
    Header,

    /// <summary>The <c>Host</c> header, in any case.</summary>
    Host,

    /// <summary>The HTTP method.</summary>
    Method,

    /// <summary>The path without the query.</summary>
    Path,

    /// <summary>The port that the workload listens at.</summary>
    DestinationPort,

    /// <summary>The workload's address.</summary>
    DestinationAddress,

    /// <summary>The server name of TLS.</summary>
    ServerName,
}
