namespace MessageBoard.Mesh.Retries;

/// <summary>How one try ended.</summary>
/// <param name="Response">The answer; null when there was none.</param>
/// <param name="Flag">Why there was none, in Envoy's letters.</param>
/// <param name="IsFinal">Whether no other try may follow: there are too many retries, or the request itself is at fault.</param>
internal readonly record struct UpstreamResult(HttpResponseMessage? Response, ResponseFlags Flag, bool IsFinal);
