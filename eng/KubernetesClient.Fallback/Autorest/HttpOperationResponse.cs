namespace k8s.Autorest;

/// <summary>An answer with its request and its body.</summary>
/// <typeparam name="T">The body's type.</typeparam>
public class HttpOperationResponse<T> : IDisposable
{
    public HttpRequestMessage? Request { get; set; }

    public HttpResponseMessage? Response { get; set; }

    /// <summary>Null for a watch.</summary>
    public T? Body { get; set; }

    /// <summary>Ends a watch, also while its body is being read; the token of the call that opened it.</summary>
    internal CancellationToken Cancellation { get; init; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;

        Request?.Dispose();
        Response?.Dispose();
    }
}
