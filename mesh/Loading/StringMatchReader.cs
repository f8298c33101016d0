using System.Diagnostics.CodeAnalysis;
using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Loading;

internal static class StringMatchReader
{
    /// <summary>Reads a match; null when there is none, or one that says nothing.</summary>
    /// <param name="fields">The mapping that it is in.</param>
    /// <param name="name">Its field.</param>
    /// <param name="mayBeEmpty">Whether a prefix may be empty: Envoy knows that for paths only.</param>
    public static StringMatch? Read(YamlFields fields, string name, bool mayBeEmpty = false) =>
        fields.Object(name) is { IsEmpty: false } match ? Read(match, mayBeEmpty) : null;

    /// <summary>Reads matches by name, of headers or query parameters; one that says nothing wants it to be there.</summary>
    /// <param name="fields">The mapping that they are in.</param>
    /// <param name="name">Their field.</param>
    /// <param name="check">Looks at each name; null for not at all.</param>
    /// <param name="starIsPresence">Whether the expression <c>*</c>, which is none, stands for presence.</param>
    public static IReadOnlyList<KeyValuePair<string, StringMatch>> ReadAll(
        YamlFields fields, string name, Action<YamlFields, string>? check = null, bool starIsPresence = false)
    {
        var entries = fields.Entries(name, (matches, key) =>
        {
            check?.Invoke(matches, key);
            if (!matches.Has(key))
            {
                matches.Report(key, "has to be a mapping");
                return null;
            }

            var match = matches.Object(key);
            if (match is null or { IsEmpty: true })
                return new StringMatch.Present();

            return starIsPresence && match.Has("regex") && match.Text("regex") is "*" ? Present(match) : Read(match, mayBeEmpty: false);
        });

        return [.. entries.Where(entry => entry.Value is not null).Select(entry => KeyValuePair.Create(entry.Key, entry.Value!))];
    }

    /// <summary>Reads one match, which has to say something.</summary>
    public static StringMatch? Read(YamlFields fields, bool mayBeEmpty)
    {
        var (exact, prefix, regex) = (fields.Text("exact"), fields.Text("prefix"), fields.Text("regex"));
        var given = (fields.Has("exact") ? 1 : 0) + (fields.Has("prefix") ? 1 : 0) + (fields.Has("regex") ? 1 : 0);
        fields.Done();
        if (given != 1)
        {
            fields.Report(null, "has to have one of exact, prefix and regex");
            return null;
        }

        if (exact is not null)
            return new StringMatch.Exact(exact);

        if (regex is "" || (prefix is "" && !mayBeEmpty))
        {
            fields.Report(prefix is null ? "regex" : "prefix", "must not be empty");
            return null;
        }

        if (prefix is not null)
            return new StringMatch.Prefix(prefix);

        return regex is not null && TryReadRegex(fields, "regex", regex, StringMatch.Regular.Parse, out var match) ? match : null;
    }

    /// <summary>Reads a regular expression, and reports one that RE2 does not know.</summary>
    public static bool TryReadRegex<T>(
        YamlFields fields, string name, string expression, Func<string, T> parse, [NotNullWhen(true)] out T? regex) where T : class
    {
        regex = null;
        if (!fields.TakeExpression(name))
            return false;

        try
        {
            regex = parse(expression);
            return true;
        }
        catch (UnsupportedExpressionException exception)
        {
            fields.Refuse(name, exception.Message);
            return false;
        }
        catch (ArgumentException exception)
        {
            fields.Report(name, $"is no regular expression that RE2 knows: {exception.Message}");
            return false;
        }
    }

    private static StringMatch.Present Present(YamlFields match)
    {
        match.Done();
        return new();
    }
}
