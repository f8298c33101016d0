using Microsoft.Net.Http.Headers;

namespace MessageBoard.Shared.Http;

/// <summary>
/// JSON between systems is UTF-8 (RFC 8259, 8.1). Another <c>charset</c>, known to .NET or not, is refused before anything tries to
/// decode the body by it, which ends in other exceptions than those of a bad request.
/// </summary>
internal static class Utf8Bodies
{
    private const string Charset = "charset";

    /// <summary>Answers 415 to a body of another charset.</summary>
    public static WebApplication UseUtf8Bodies(this WebApplication app)
    {
        app.Use(static (context, next) => IsUtf8(context.Request)
            ? next(context)
            : Problems.Of(StatusCodes.Status415UnsupportedMediaType, ProblemTexts.BodyNotUtf8).ExecuteAsync(context));
        return app;
    }

    // What is no media type at all is the endpoint's to refuse. A charset that is UTF-8 is taken out of the header: in quotes, which
    // RFC 9110 (8.3.1) allows, ASP.NET Core does not know it.
    private static bool IsUtf8(HttpRequest request)
    {
        if (request.ContentType is not { } text || !text.Contains(Charset, StringComparison.OrdinalIgnoreCase)
            || !MediaTypeHeaderValue.TryParse(text, out var type))
            return true;

        while (NameValueHeaderValue.Find(type.Parameters, Charset) is { } charset)
        {
            if (!HeaderUtilities.RemoveQuotes(charset.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
                return false;

            type.Parameters.Remove(charset);
        }

        request.ContentType = type.ToString();
        return true;
    }
}
