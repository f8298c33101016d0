using System.Security.Cryptography;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.LoadBalancing;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>One request on its way through the mesh.</summary>
internal sealed class Call(HttpRequestMessage request, Uri uri, MeshExchange exchange, in RouteDecision decision, UpstreamState? upstream, MeshRuntime.Generation generation, CancellationToken cancelled)
{
    public HttpRequestMessage Request => request;

    /// <summary>The address as the caller wrote it.</summary>
    public Uri Uri => uri;

    public MeshExchange Exchange => exchange;

    public RouteDecision Decision { get; } = decision;

    public HttpRoute Route => Decision.Route!.Route;

    /// <summary>The destination's upstream; null when there is none.</summary>
    public UpstreamState? Upstream => upstream;

    public MeshRuntime.Generation Generation => generation;

    /// <summary>The path and query that the service gets.</summary>
    public string PathAndQuery { get; set; } = uri.PathAndQuery;

    /// <summary>How it is tried again.</summary>
    public RetryPolicy? Retry { get; set; }

    /// <summary>Whether its body can be sent again.</summary>
    public bool BodyIsKept { get; set; }

    /// <summary>The key of consistent hashing; null without.</summary>
    public ulong? HashKey { get; private set; }

    /// <summary>The endpoint of the last try.</summary>
    public UpstreamHost? Host { get; set; }

    /// <summary>The endpoints that the next try avoids; null for none.</summary>
    public List<UpstreamHost>? Tried { get; private set; }

    /// <summary>Whether the retry pipeline has asked for its first try.</summary>
    public bool PipelineHasBegun { get; set; }

    /// <summary>How the last try ended.</summary>
    public UpstreamResult Last { get; set; }

    /// <summary>Tells that the caller has gone.</summary>
    public CancellationToken Cancelled => cancelled;

    /// <summary>Remembers the endpoint that was tried, where the route wants the next try to go elsewhere.</summary>
    public void AvoidLast()
    {
        if (Retry!.AvoidsTried && HashKey is null && Host is not null)
            (Tried ??= []).Add(Host);
    }

    /// <summary>Takes the key of consistent hashing from the request, or makes one; then its cookie is returned.</summary>
    public string? TakeKey(ConsistentHash settings)
    {
        HashKey = HashKeys.Of(settings, new OutgoingRequest(request, uri));
        if (HashKey is not null || settings is not { Key: Resources.HashKey.Cookie, CookieTtl: { } life })
            return null;

        var value = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        HashKey = HashKeys.Hash(value);
        var path = settings.CookiePath is { Length: > 0 } given ? $"; Path={given}" : "";
        var age = life > TimeSpan.Zero ? FormattableString.Invariant($"; Max-Age={(long)life.TotalSeconds}") : "";
        return $"{settings.Name}=\"{value}\"{age}{path}; HttpOnly";
    }
}
