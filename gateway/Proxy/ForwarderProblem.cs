namespace MessageBoard.Gateway.Proxy;

/// <summary>The body of YARP's own answers, which have none, such as a 502 when the request could not be forwarded.</summary>
internal static class ForwarderProblem
{
    /// <summary>Writes it, unless the answer is a service's.</summary>
    public static Task WriteAsync(HttpContext context) =>
        context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null }
            ? TypedResults.Problem(statusCode: context.Response.StatusCode).ExecuteAsync(context)
            : Task.CompletedTask;
}
