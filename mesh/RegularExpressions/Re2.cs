namespace MessageBoard.Mesh.RegularExpressions;

/// <summary>
/// A regular expression as RE2 reads it (https://github.com/google/re2/wiki/Syntax): as there, matching takes time linear in the text.
/// </summary>
public sealed class Re2
{
    private readonly string _net;
    private Regex? _regex;

    private Re2(string expression, string net, int groups) => (Expression, _net, Groups) = (expression, net, groups);

    /// <summary>The expression as it was written.</summary>
    public string Expression { get; }

    /// <summary>How many groups it has, without the whole.</summary>
    public int Groups { get; }

    /// <summary>
    /// The expression for .NET. It is made at the first use: it takes about a millisecond and 250 KiB, and of many a configuration's
    /// expressions few are ever looked at.
    /// </summary>
    public Regex Regex => _regex ??= new(_net, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>Reads an expression that may match anywhere.</summary>
    /// <exception cref="ArgumentException">RE2 does not know it.</exception>
    public static Re2 Parse(string expression)
    {
        var (net, groups) = Re2Translator.Translate(expression);
        return new(expression, net, groups);
    }

    /// <summary>Reads an expression that has to match the whole text; throws as <see cref="Parse"/> does.</summary>
    public static Re2 ParseWhole(string expression)
    {
        var (net, groups) = Re2Translator.Translate(expression);
        return new(expression, $@"\A(?:{net})\z", groups);
    }

    /// <summary>
    /// What is wrong with what its matches are replaced by, with <c>\0</c> to <c>\9</c> for its groups; null for nothing.
    /// </summary>
    public string? ReplacementProblem(string replacement)
    {
        for (var i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] != '\\')
                continue;

            if (++i == replacement.Length || (replacement[i] != '\\' && !char.IsAsciiDigit(replacement[i])))
                return @"has a '\' without a digit or another '\' after it";

            if (char.IsAsciiDigit(replacement[i]) && replacement[i] - '0' > Groups)
                return $@"has \{replacement[i]}, and the expression has only {Groups} groups";
        }

        return null;
    }
}
