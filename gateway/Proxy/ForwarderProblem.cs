using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Gateway.Proxy;

/// <summary>The body of YARP's own answers, which have none, such as a 400 when the caller's request broke off.</summary>
internal static class ForwarderProblem
{
    /// <summary>Writes it, unless the answer is a service's.</summary>
    public static Task WriteAsync(HttpContext context)
    {
        if (context.Response is not { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
            return Task.CompletedTask;

        var isOdd = context.Features.Get<IForwarderErrorFeature>()?.Error == ForwarderError.RequestCreation; // such as CONNECT
        var status = isOdd ? StatusCodes.Status400BadRequest : context.Response.StatusCode;
        return TypedResults.Problem(status switch
        {
            StatusCodes.Status400BadRequest when isOdd => "A request like this cannot be passed on.",
            StatusCodes.Status400BadRequest => "The body broke off, or is not what its headers say.",
            StatusCodes.Status408RequestTimeout => "The body came too slowly.",
            StatusCodes.Status413PayloadTooLarge => "The body is too large.",
            _ => null,
        }, statusCode: status).ExecuteAsync(context);
    }
}
