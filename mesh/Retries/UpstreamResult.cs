namespace MessageBoard.Mesh.Retries;

/// <summary>How one try ended.</summary>
/// <param name="Response">The answer; null when there was none.</param>
/// <param name="Flag">Why there was none, in Envoy's letters.</param>
/// <param name="IsFinal">Whether no other try may follow: the body went out and cannot be sent again, or there are too many
/// retries.</param>
internal readonly record struct UpstreamResult(HttpResponseMessage? Response, ResponseFlags Flag, bool IsFinal);
