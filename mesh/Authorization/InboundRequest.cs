using System.Text.Json;

namespace MessageBoard.Mesh.Authorization;

/// <summary>What a policy may look at.</summary>
/// <param name="Principal">Who calls, such as <c>cluster.local/ns/messageboard/sa/gateway</c>; null when that is not known.</param>
/// <param name="Host">The <c>Host</c> header.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path without the query, decoded, as the service's own routes see it, its slashes merged.</param>
/// <param name="Header">Gives a header's value; null for one that is not there.</param>
public readonly record struct InboundRequest(string? Principal, string Host, string Method, string Path, Func<string, string?> Header)
{
    /// <summary>Where the connection comes from; null when that is not known.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The address it was made to; null when that is not known.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>The port it was made to.</summary>
    public int DestinationPort { get; init; }

    /// <summary>The server name of its TLS; null without TLS.</summary>
    public string? ServerName { get; init; }

    /// <summary>What the request's token says; null without a token that was checked.</summary>
    public JsonElement? Claims { get; init; }

    /// <summary>
    /// Where the request comes from: the last address of <c>X-Forwarded-For</c>, else the connection's. So has it Envoy at a sidecar
    /// (<c>use_remote_address: false</c> without trusted hops,
    /// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for).
    /// </summary>
    public IPAddress? Remote =>
        Header("X-Forwarded-For") is { } forwarded
            && IPAddress.TryParse(forwarded.AsSpan(forwarded.LastIndexOf(',') + 1).Trim(), out var address) ? address : Source;
}
