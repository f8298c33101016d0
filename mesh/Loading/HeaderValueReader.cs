using System.Collections.Frozen;

namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Reads a header's value that <see cref="HeaderValueRules"/> have found valid: <c>%NAME%</c> and <c>%NAME(argument)%</c> are commands,
/// <c>%%</c> is a percent sign.
/// </summary>
internal static partial class HeaderValueReader
{
    private static readonly FrozenDictionary<string, HeaderSource> Sources = new Dictionary<string, HeaderSource>
    {
        ["REQ"] = HeaderSource.RequestHeader,
        ["RESP"] = HeaderSource.ResponseHeader,
        ["PROTOCOL"] = HeaderSource.Protocol,
        ["ROUTE_NAME"] = HeaderSource.RouteName,
        ["START_TIME"] = HeaderSource.StartTime,
        ["TRACE_ID"] = HeaderSource.TraceId,
        ["UPSTREAM_CLUSTER"] = HeaderSource.UpstreamCluster,
        ["UPSTREAM_HOST"] = HeaderSource.UpstreamAddress,
        ["UPSTREAM_REMOTE_ADDRESS"] = HeaderSource.UpstreamAddress,
        ["UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT"] = HeaderSource.UpstreamAddressWithoutPort,
        ["UPSTREAM_REMOTE_PORT"] = HeaderSource.UpstreamPort,
        ["UPSTREAM_REQUEST_ATTEMPT_COUNT"] = HeaderSource.Attempts,
        ["RESPONSE_CODE"] = HeaderSource.ResponseCode,
        ["RESPONSE_FLAGS"] = HeaderSource.ResponseFlags,
    }.ToFrozenDictionary();

    /// <summary>The value; null, and why, when it is none that is carried out.</summary>
    public static HeaderValue? Read(string text, out string problem)
    {
        problem = "";
        if (!text.Contains('%'))
            return text;

        var literal = new StringBuilder();
        var parts = new List<(string Text, HeaderCommand Command)>();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '%')
            {
                literal.Append(text[at++]);
            }
            else if (text.AsSpan(at).StartsWith("%%"))
            {
                literal.Append('%');
                at += 2;
            }
            else if (Command().Match(text, at) is var match && match.Success && ReadCommand(match) is { } command)
            {
                parts.Add((literal.ToString(), command));
                literal.Clear();
                at += match.Length;
            }
            else
            {
                problem = $"{(match.Success ? match.Value : text[at..])} is not carried out by the local mesh";
                return null;
            }
        }

        return parts.AsEnumerable().Reverse().Aggregate(
            new HeaderValue(literal.ToString()), (rest, part) => new(part.Text, part.Command, rest));
    }

    private static HeaderCommand? ReadCommand(Match match)
    {
        if (!Sources.TryGetValue(match.Groups["name"].Value, out var source))
            return null;

        var isOfHeader = source is HeaderSource.RequestHeader or HeaderSource.ResponseHeader;
        var arguments = match.Groups["arguments"];
        var names = arguments.Value.Split('?', 2);
        if (arguments.Success != isOfHeader || (isOfHeader && names.Any(name => name.Length == 0)))
            return null;

        return new(source, isOfHeader ? names[0] : "", names.ElementAtOrDefault(1));
    }

    [GeneratedRegex(@"\G%(?<name>[^%(]+)(?:\((?<arguments>[^)]*)\))?%", RegexOptions.ExplicitCapture)]
    private static partial Regex Command();
}
