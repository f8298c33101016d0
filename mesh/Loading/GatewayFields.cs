namespace MessageBoard.Mesh.Loading;

/// <summary>Reads fields as the schemas of Gateway API's CRDs have them, with their limits of length and number.</summary>
internal static partial class GatewayFields
{
    /// <summary>The longest name of a resource.</summary>
    public const int LongestName = 253;

    /// <summary>A list of at most so many mappings.</summary>
    public static IReadOnlyList<YamlFields> Objects(this YamlFields fields, string name, int max)
    {
        var objects = fields.Objects(name);
        fields.CheckCount(name, objects.Count, max);
        return objects;
    }

    /// <summary>A list of at most so many texts, none of them twice.</summary>
    public static IReadOnlyList<string> Texts(this YamlFields fields, string name, int max, Func<string, string?>? problem = null)
    {
        var seen = new HashSet<string>();
        var texts = fields.Texts(name, text => seen.Add(text) ? problem?.Invoke(text) : $"'{text}' is here for the second time");
        fields.CheckCount(name, texts.Count, max);
        return texts;
    }

    /// <summary>A text that may be left out, and else has at least one character.</summary>
    public static string? Filled(this YamlFields fields, string name, int max, Func<string, string?>? problem = null)
    {
        var text = fields.Text(name);
        if (text is null)
            return null;

        var wrong = text.Length == 0 ? "must not be empty"
            : text.Length > max ? $"must not be longer than {max} characters"
            : problem?.Invoke(text);
        if (wrong is null)
            return text;

        fields.Report(name, wrong);
        return null;
    }

    /// <summary>A text that has to be there, with at least one character.</summary>
    public static string? RequiredFilled(this YamlFields fields, string name, int max, Func<string, string?>? problem = null)
    {
        if (!fields.Has(name))
            fields.Report(name, "is missing");

        return fields.Filled(name, max, problem);
    }

    /// <summary>What is wrong with a name or host in RFC 1123's form; null for nothing.</summary>
    public static string? Subdomain(string text) => SubdomainPattern().IsMatch(text)
        ? null
        : $"'{text}' is no name: lower-case letters, digits, '-' and '.'";

    /// <summary>What is wrong with a host of an HTTPRoute; null for nothing.</summary>
    public static string? Hostname(string text) => text.Length > LongestName ? $"must not be longer than {LongestName} characters"
        : Subdomain(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text) is null ? null
        : $"'{text}' is no host name; a '*' may be its first label";

    /// <summary>What is wrong with a namespace; null for nothing.</summary>
    public static string? Namespace(string text) => LabelPattern().IsMatch(text) ? null : $"'{text}' is no namespace's name";

    /// <summary>What is wrong with an API group, which may be empty; null for nothing.</summary>
    public static string? Group(string text) => text.Length == 0 || Subdomain(text) is null ? null : $"'{text}' is no API group";

    /// <summary>What is wrong with a kind; null for nothing.</summary>
    public static string? Kind(string text) => KindPattern().IsMatch(text) ? null : $"'{text}' is no kind";

    /// <summary>What is wrong with a header's or query parameter's name; null for nothing.</summary>
    public static string? Token(string text) => TokenPattern().IsMatch(text) ? null : $"'{text}' is no name of a header or query parameter";

    private static void CheckCount(this YamlFields fields, string name, int count, int max)
    {
        if (count > max)
            fields.Report(name, $"has {count} items; at most {max} are allowed");
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"\A[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?\z")]
    private static partial Regex KindPattern();

    // https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+\-.^_`|~]+\z")]
    private static partial Regex TokenPattern();
}
