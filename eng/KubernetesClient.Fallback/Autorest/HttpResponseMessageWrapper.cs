using System.Net;

namespace k8s.Autorest;

/// <summary>What is kept of an answer after it has been disposed.</summary>
public class HttpResponseMessageWrapper
{
    public HttpResponseMessageWrapper(HttpResponseMessage httpResponse, string content)
    {
        ArgumentNullException.ThrowIfNull(httpResponse);
        Content = content;
        StatusCode = httpResponse.StatusCode;
        ReasonPhrase = httpResponse.ReasonPhrase;
        foreach (var (name, values) in httpResponse.Headers.Concat(httpResponse.Content.Headers))
            Headers[name] = values;
    }

    public string Content { get; set; }

    public IDictionary<string, IEnumerable<string>> Headers { get; } = new Dictionary<string, IEnumerable<string>>();

    public HttpStatusCode StatusCode { get; }

    public string? ReasonPhrase { get; }
}
