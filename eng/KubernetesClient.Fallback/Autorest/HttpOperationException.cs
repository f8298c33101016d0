namespace k8s.Autorest;

/// <summary>The API server answered with a status other than success.</summary>
public class HttpOperationException : Exception
{
    public HttpOperationException()
    {
    }

    public HttpOperationException(string message)
        : base(message)
    {
    }

    public HttpOperationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The answer; its content is mostly a <see cref="Models.V1Status"/> in JSON.</summary>
    public HttpResponseMessageWrapper Response { get; set; } = null!;
}
