namespace MessageBoard.Mesh.Loading;

internal static class GatewayHeaderReader
{
    private const int MaxHeaders = 16, LongestName = 256, LongestValue = 4096;

    public static HeaderOperations Read(YamlFields modifier)
    {
        var (set, add) = (ReadHeaders(modifier, "set"), ReadHeaders(modifier, "add"));
        var remove = modifier.Texts("remove", MaxHeaders);
        if (remove.FirstOrDefault(HeaderOperations.IsAuthority) is { } authority)
            modifier.Refuse("remove", $"must not name '{authority}': Envoy sends no request without it");

        modifier.Done();
        return new(set, add, remove);
    }

    // Of names that differ in case only, the first counts.
    private static List<KeyValuePair<string, HeaderValue>> ReadHeaders(YamlFields modifier, string list)
    {
        var (names, lower) = (new HashSet<string>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        var headers = new List<KeyValuePair<string, HeaderValue>>();
        foreach (var header in modifier.Objects(list, MaxHeaders))
        {
            var name = header.RequiredFilled("name", LongestName, GatewayFields.Token);
            var value = header.RequiredFilled("value", LongestValue) is null ? null : HeaderRulesReader.ReadText(header, "value");
            header.Done();
            if (name is not null && !names.Add(name))
                header.Report("name", $"'{name}' is here for the second time");
            else if (name is not null && !lower.Add(name))
                header.NoteItself($"has no effect: '{name}' was given before");
            else if (name is not null && value is not null)
                headers.Add(new(name, value));
        }

        return headers;
    }
}
