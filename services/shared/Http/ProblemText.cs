using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace MessageBoard.Shared.Http;

/// <summary>What a problem says: its code, which does not change, and its text in each language, with <c>{0}</c> for values.</summary>
/// <param name="Code">The code, in camel case.</param>
/// <param name="English">The text where nothing else is asked for.</param>
/// <param name="Korean">The text in Korean.</param>
public sealed record ProblemText(string Code, string English, string Korean)
{
    /// <summary>The text with values in it.</summary>
    public ProblemWords With(params object[] values) => new(this, values);
}

/// <summary>A text with its values.</summary>
/// <param name="Text">The text.</param>
/// <param name="Values">What stands for <c>{0}</c> and so on.</param>
public readonly record struct ProblemWords(ProblemText Text, object[] Values)
{
    /// <summary>A text without values.</summary>
    public static implicit operator ProblemWords(ProblemText text) => new(text, []);

    /// <summary>The text in English.</summary>
    public override string ToString() => In(Language.English);

    /// <summary>The text in a language.</summary>
    internal string In(Language language) => string.Format(
        CultureInfo.InvariantCulture, language == Language.Korean ? Text.Korean : Text.English, Values);
}

/// <summary>The languages of problems.</summary>
internal enum Language
{
    English,
    Korean,
}

internal static class Languages
{
    /// <summary>The tag of a language (BCP 47).</summary>
    public static string TagOf(Language language) => language == Language.Korean ? "ko" : "en";

    /// <summary>The language that a request likes best by <c>Accept-Language</c> (RFC 9110, 12.5.4); English where it likes none.</summary>
    public static Language Of(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .OrderByDescending(range => range.Quality ?? 1)
        .Where(range => range.Quality is not 0)
        .Select(Find)
        .FirstOrDefault(language => language is not null) ?? Language.English;

    private static Language? Find(StringWithQualityHeaderValue range) =>
        range.Value.AsSpan() is var tag && tag.IndexOf('-') is > 0 and var end ? Find(tag[..end]) : Find(tag);

    private static Language? Find(ReadOnlySpan<char> primary) => primary switch
    {
        "ko" or "KO" => Language.Korean,
        "en" or "EN" or "*" => Language.English,
        _ => null,
    };
}
