using System.Diagnostics;

namespace MessageBoard.Mesh.Explain;

/// <summary>
/// What spans of the mesh and of the programs have in common (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
/// </summary>
public static class SpanWords
{
    /// <summary>The attribute <c>http.request.method</c> of a method that is not known.</summary>
    public const string OtherMethod = "_OTHER";

    /// <summary>What the name of a span says in its place.</summary>
    public const string NoMethod = "HTTP";

    /// <summary>
    /// A method of RFC 9110, or PATCH (RFC 5789); null for any other. Others have one name, for anybody may make up as many as they like.
    /// </summary>
    public static string? KnownMethod(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE" or "PATCH" ? method : null;

    /// <summary>Marks a span as failed.</summary>
    /// <param name="span">The span.</param>
    /// <param name="type">What kind of error it was, of few: an exception's type, a status, Envoy's flags.</param>
    public static void Fail(this Activity span, string type) => span.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error);
}
