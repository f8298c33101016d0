using MessageBoard.Shared.Stores;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MessageBoard.Shared.Http;

/// <summary>Errors as problem details (RFC 9457) with a <c>traceId</c>, never with an exception's text.</summary>
public static class Problems
{
    /// <summary>A 400 for one bad field.</summary>
    /// <param name="field">The field as JSON or the query spells it.</param>
    /// <param name="rule">What is allowed.</param>
    public static ValidationProblem Invalid(string field, string rule) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [rule] });

    internal static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
            context.ProblemDetails.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier);
        services.AddExceptionHandler<ProblemHandler>();
        // Bad requests come to ProblemHandler, which knows the field, instead of being answered without a word.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services;
    }

    private sealed class ProblemHandler : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            var (status, detail, errors) = Describe(exception);
            if (status is null)
                return false;

            IResult problem = errors is null
                ? TypedResults.Problem(detail, statusCode: status)
                : TypedResults.ValidationProblem(errors);
            await problem.ExecuteAsync(context);
            return true;
        }

        private static (int? Status, string? Detail, Dictionary<string, string[]>? Errors) Describe(Exception exception) => exception switch
        {
            StoreUnavailableException unavailable => (StatusCodes.Status503ServiceUnavailable, unavailable.Message, null),
            BadHttpRequestException { InnerException: JsonException json } when FieldOf(json) is { } field =>
                (StatusCodes.Status400BadRequest, null, new() { [field] = ["has a value of the wrong type."] }),
            BadHttpRequestException { InnerException: JsonException } =>
                (StatusCodes.Status400BadRequest, "The body is not the JSON object that is wanted here.", null),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                (StatusCodes.Status413PayloadTooLarge, "The body is too large.", null),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
                (StatusCodes.Status415UnsupportedMediaType, "The body has to be application/json.", null),
            BadHttpRequestException bad => (bad.StatusCode, "A parameter or the body is missing or malformed.", null),
            _ => (null, null, null),
        };

        // A JSONPath such as $.message
        private static string? FieldOf(JsonException json) => json.Path is ['$', '.', .. var field] ? field : null;
    }
}
