namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Whose fault it is that a request got no answer. An endpoint's is what the network or its bytes say; all else that sending can raise
/// lies in the request, and does not count against anybody. A body is not among it: it is in memory before anything is
/// sent, or <see cref="PassingBody.IsSourceAtFault"/> tells.
/// </summary>
internal static class SendFailure
{
    /// <summary>Whether the endpoint did not answer, or not in HTTP.</summary>
    public static bool IsEndpoints(HttpRequestException exception) =>
        exception.HttpRequestError != HttpRequestError.Unknown // sending or reading broke off, or the client refused to write the request
            || exception.InnerException is IOException;

    /// <summary>Whether there was no connection, so that nothing has been sent.</summary>
    public static bool IsConnectFailure(HttpRequestException exception) => exception.HttpRequestError is
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
}
