using MessageBoard.Shared.Http;
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
        var text = status switch
        {
            StatusCodes.Status400BadRequest when isOdd => GatewayProblems.NotForwardable,
            StatusCodes.Status400BadRequest => GatewayProblems.BodyBroken,
            StatusCodes.Status408RequestTimeout => GatewayProblems.BodyTooSlow,
            StatusCodes.Status413PayloadTooLarge => ProblemTexts.BodyTooLarge,
            _ => null,
        };
        var problem = text is null ? TypedResults.Problem(statusCode: status) : Problems.Of(status, text);
        return problem.ExecuteAsync(context);
    }
}
