namespace MessageBoard.Mesh.Loading;

/// <summary>Reads what is done to headers, of a route or of a destination.</summary>
internal static class HeaderRulesReader
{
    public static HttpHeaderRules Read(YamlFields fields)
    {
        if (fields.Object("headers") is not { } headers)
            return HttpHeaderRules.None;

        var read = new HttpHeaderRules(
            ReadOperations(headers, "request", isRequest: true), ReadOperations(headers, "response", isRequest: false));
        headers.Done();
        return read;
    }

    private static HeaderOperations ReadOperations(YamlFields headers, string name, bool isRequest)
    {
        if (headers.Object(name) is not { } operations)
            return HeaderOperations.None;

        var set = operations.Entries("set", (values, key) => ReadValue(values, key, isRequest));
        var add = operations.Entries("add", (values, key) => ReadValue(values, key, isRequest));
        var remove = operations.Texts("remove", header => NameProblem(header, mayBeAuthority: false));
        foreach (var header in remove.Where(header => !NameRules.IsHeaderName(header)))
            operations.Refuse("remove", NotAName(header));

        operations.Done();
        return new(set, add, remove);
    }

    private static HeaderValue ReadValue(YamlFields values, string name, bool isRequest)
    {
        if (NameProblem(name, mayBeAuthority: isRequest) is { } problem)
            values.Report(name, problem);
        else if (!NameRules.IsHeaderName(name) && !HeaderOperations.IsAuthority(name))
            values.Refuse(name, NotAName(name));

        return ReadText(values, name);
    }

    /// <summary>Reads a header's value, with Envoy's commands.</summary>
    public static HeaderValue ReadText(YamlFields values, string name)
    {
        var text = values.Text(name) ?? "";
        if (HeaderValueRules.Problem(text) is { } wrong)
        {
            values.Report(name, wrong);
            return text;
        }

        if (HeaderValueReader.Read(text, out var reason) is { } value)
            return value;

        values.Refuse(name, reason);
        return text;
    }

    // Istio leaves the rest of a name to Envoy, which sends no header with another one.
    private static string? NameProblem(string name, bool mayBeAuthority)
    {
        if (HeaderOperations.IsAuthority(name))
            return mayBeAuthority ? null : "must not be the Host header";

        return name.Length == 0 ? "must not be empty" : name.StartsWith(':') ? "must not begin with ':'" : null;
    }

    private static string NotAName(string name) => $"'{name}' is not carried out by the local mesh, nor by Envoy: it is no header name";
}
