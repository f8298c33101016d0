using MessageBoard.Shared.Stores;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace MessageBoard.Shared.Http;

/// <summary>
/// Errors as problem details (RFC 9457) in the reader's language, with a <c>code</c> that is the same in all languages and a
/// <c>traceId</c>, never with an exception's text.
/// </summary>
public static class Problems
{
    // Where a problem has its words until somebody is known who reads them.
    private const string Words = "words";

    /// <summary>A problem.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="detail">What happened; its code is the problem's.</param>
    /// <param name="extensions">Further members.</param>
    public static ProblemHttpResult Of(int status, ProblemWords detail, IEnumerable<KeyValuePair<string, object?>>? extensions = null)
    {
        var problem = new ProblemDetails { Status = status, Detail = detail.ToString(), Extensions = { [Words] = detail } };
        foreach (var (name, value) in extensions ?? [])
            problem.Extensions[name] = value;

        return TypedResults.Problem(problem);
    }

    /// <summary>A problem whose details are known in English alone, such as those of Istio's validation; the title has the code.</summary>
    /// <param name="problem">The problem, without a title.</param>
    /// <param name="title">What it is called.</param>
    public static ProblemHttpResult Titled(ProblemDetails problem, ProblemText title)
    {
        (problem.Title, problem.Extensions[Words]) = (title.English, title);
        return TypedResults.Problem(problem);
    }

    /// <summary>A 400 for one bad field.</summary>
    /// <param name="field">The field as JSON or the query spells it.</param>
    /// <param name="rule">What is allowed.</param>
    public static ValidationProblem Invalid(string field, ProblemWords rule) =>
        Invalid(new Dictionary<string, ProblemWords> { [field] = rule });

    /// <summary>A 400 for one bad field of what a program sends, and nobody types: the rule is told in English alone.</summary>
    public static ValidationProblem Invalid(string field, string rule) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [rule] });

    /// <summary>A 400 for some bad fields; <c>codes</c> has the code of each.</summary>
    /// <param name="rules">What is allowed, by field.</param>
    public static ValidationProblem Invalid(IReadOnlyDictionary<string, ProblemWords> rules) => TypedResults.ValidationProblem(
        rules.Select(rule => KeyValuePair.Create(rule.Key, new[] { rule.Value.ToString() })),
        extensions: [KeyValuePair.Create(Words, (object?)rules)]);

    internal static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = static context =>
        {
            context.ProblemDetails.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
            Translate(context.ProblemDetails, context.HttpContext);
        });
        services.AddExceptionHandler<ProblemHandler>();
        // Bad requests come to ProblemHandler, which knows the field, instead of being answered without a word.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>What says that a store does not answer.</summary>
    internal static ProblemHttpResult Unavailable(StoreUnavailableException exception) => Of(
        StatusCodes.Status503ServiceUnavailable,
        exception.Store == StoreUnavailableException.Redis ? ProblemTexts.RedisUnavailable : ProblemTexts.DatabaseUnavailable);

    private static void Translate(ProblemDetails problem, HttpContext context)
    {
        var language = Languages.Of(context.Request);
        problem.Extensions.Remove(Words, out var words);
        var title = words as ProblemText
            ?? (problem is HttpValidationProblemDetails ? ProblemTexts.Invalid : ProblemTexts.Of(problem.Status));
        if (title is not null)
            problem.Title = ((ProblemWords)title).In(language);

        var code = title?.Code ?? $"http{problem.Status}";
        if (words is ProblemWords detail)
            (problem.Detail, code) = (detail.In(language), detail.Text.Code);

        if (words is IReadOnlyDictionary<string, ProblemWords> rules && problem is HttpValidationProblemDetails invalid)
        {
            invalid.Errors = rules.ToDictionary(rule => rule.Key, rule => new[] { rule.Value.In(language) });
            problem.Extensions["codes"] = rules.ToDictionary(rule => rule.Key, rule => rule.Value.Text.Code);
        }

        problem.Extensions["code"] = code;
        context.Response.Headers.ContentLanguage = Languages.TagOf(language);
    }

    private sealed class ProblemHandler : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (Describe(exception) is not { } problem)
                return false;

            await problem.ExecuteAsync(context);
            return true;
        }

        private static IResult? Describe(Exception exception) => exception switch
        {
            StoreUnavailableException unavailable => Unavailable(unavailable),
            BadHttpRequestException { InnerException: JsonException json } when FieldOf(json) is { } field =>
                Invalid(field, ProblemTexts.WrongType),
            BadHttpRequestException bad => Of(bad.StatusCode, bad switch
            {
                { InnerException: JsonException } => ProblemTexts.BodyNotObject,
                { StatusCode: StatusCodes.Status413PayloadTooLarge } => ProblemTexts.BodyTooLarge,
                { StatusCode: StatusCodes.Status415UnsupportedMediaType } => ProblemTexts.BodyNotJson,
                _ => ProblemTexts.Malformed,
            }),
            _ => null,
        };

        // A JSONPath such as $.message
        private static string? FieldOf(JsonException json) => json.Path is ['$', '.', .. var field] ? field : null;
    }
}
