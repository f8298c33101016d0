namespace MessageBoard.Mesh.Forwarding;

/// <summary>Request bodies that may have to be sent twice.</summary>
internal static class RequestBuffering
{
    // A body beyond this, or of unknown length, goes straight through and is sent once only.
    private const int MaxBufferedBytes = 64 * 1024;

    /// <summary>Keeps the body in memory; false when it is too large for that.</summary>
    public static async ValueTask<bool> TryBufferAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null)
            return true;

        if (request.Content.Headers.ContentLength is not (<= MaxBufferedBytes))
            return false;

        await request.Content.LoadIntoBufferAsync(MaxBufferedBytes, cancellationToken);
        return true;
    }

    /// <summary>The same request once more, with its buffered body.</summary>
    public static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var copy =
            new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers.NonValidated)
            copy.Headers.TryAddWithoutValidation(name, values);

        if (request.Content is { } content)
        {
            copy.Content = new ByteArrayContent(await content.ReadAsByteArrayAsync(cancellationToken));
            foreach (var (name, values) in content.Headers.NonValidated)
                copy.Content.Headers.TryAddWithoutValidation(name, values);
        }

        return copy;
    }
}
