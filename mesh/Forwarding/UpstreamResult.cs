using MessageBoard.Mesh.Explain;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>How one try ended.</summary>
/// <param name="Response">The answer; null when there was none.</param>
/// <param name="Flag">Why there was none, in Envoy's letters.</param>
/// <param name="BodyIsSpent">Whether the request's body went out and cannot be sent again.</param>
internal readonly record struct UpstreamResult(HttpResponseMessage? Response, ResponseFlags Flag, bool BodyIsSpent);
