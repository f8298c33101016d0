namespace MessageBoard.Mesh.Loading;

internal static partial class GatewayMatchReader
{
    private const int MaxNames = 16, LongestPath = 1024, LongestHeader = 4096, LongestParameter = 1024, LongestNameOfOne = 256;

    /// <summary>What a rule without matches has: everything.</summary>
    public static readonly HttpMatch Everything = new() { Uri = new StringMatch.Prefix("/") };

    public static HttpMatch Read(YamlFields match)
    {
        var read = new HttpMatch
        {
            Uri = ReadPath(match),
            Method = ReadMethod(match),
            Headers = ReadNamed(match, "headers", LongestHeader),
            QueryParams = ReadNamed(match, "queryParams", LongestParameter),
        };
        match.Done();
        return read;
    }

    private static StringMatch.Exact? ReadMethod(YamlFields match) =>
        match.Word("method", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH") is { } method
            ? new(method)
            : null;

    private static StringMatch? ReadPath(YamlFields match)
    {
        if (match.Object("path") is not { } path)
            return Everything.Uri;

        var type = path.Word("type", "Exact", "PathPrefix", "RegularExpression") ?? "PathPrefix";
        var value = path.Text("value") ?? "/";
        path.Done();
        if (value.Length > LongestPath)
            path.Report("value", $"must not be longer than {LongestPath} characters");

        if (type == "RegularExpression")
            return StringMatchReader.TryReadRegex(path, "value", value, StringMatch.Regular.Parse, out var regex) ? regex : null;

        if (PathProblem(value) is { } problem)
        {
            path.Report("value", problem);
            return null;
        }

        // A slash at the end of a prefix does not count, and Istio asks Envoy for the plain prefix where there is no segment.
        return type == "Exact" ? new StringMatch.Exact(value)
            : value == "/" ? new StringMatch.Prefix("/")
            : new StringMatch.PathPrefix(value.EndsWith('/') ? value[..^1] : value);
    }

    private static string? PathProblem(string path)
    {
        if (!path.StartsWith('/'))
            return "has to begin with '/'";

        foreach (var part in (ReadOnlySpan<string>)["//", "/./", "/../", "%2f", "%2F", "#"])
        {
            if (path.Contains(part, StringComparison.Ordinal))
                return $"must not contain '{part}'";
        }

        return path.EndsWith("/..", StringComparison.Ordinal) || path.EndsWith("/.", StringComparison.Ordinal)
            ? "must not end with a dot segment"
            : PathPattern().IsMatch(path) ? null : $"'{path}' has a character that no path has";
    }

    private static List<KeyValuePair<string, StringMatch>> ReadNamed(YamlFields match, string list, int longest)
    {
        var names = new HashSet<string>();
        var read = new List<KeyValuePair<string, StringMatch>>();
        foreach (var one in match.Objects(list, MaxNames))
        {
            var name = one.RequiredFilled("name", LongestNameOfOne, GatewayFields.Token);
            var type = one.Word("type", "Exact", "RegularExpression") ?? "Exact";
            var value = one.RequiredFilled("value", longest);
            one.Done();
            if (name is not null && !names.Add(name))
                one.Report("name", $"'{name}' is here for the second time");

            if (name is null || value is null)
                continue;

            if (type == "Exact")
                read.Add(new(name, new StringMatch.Exact(value)));
            else if (StringMatchReader.TryReadRegex(one, "value", value, StringMatch.Regular.Parse, out var regex))
                read.Add(new(name, regex));
        }

        return read;
    }

    [GeneratedRegex(@"\A(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+\z")]
    private static partial Regex PathPattern();
}
