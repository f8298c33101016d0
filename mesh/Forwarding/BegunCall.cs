using MessageBoard.Mesh.Retries;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>A request that another forwarder has begun with, and leaves to go on with.</summary>
/// <param name="Generation">The configuration.</param>
/// <param name="Decision">The routing decision.</param>
/// <param name="Upstream">The destination's upstream; null when there is none.</param>
/// <param name="First">How the first try ended; null where there was none.</param>
/// <param name="Since">When the request had come whole, by <see cref="System.Diagnostics.Stopwatch"/>; 0 without a try.</param>
internal sealed record BegunCall(
    MeshRuntime.Generation Generation, RouteDecision Decision, UpstreamState? Upstream, UpstreamResult? First = null, long Since = 0)
{
    /// <summary>Where it is found: <see cref="HttpRequestMessage.Options"/>.</summary>
    public static readonly HttpRequestOptionsKey<BegunCall> Key = new("MessageBoard.Mesh.BegunCall");
}
