namespace MessageBoard.Mesh.Loading;

/// <summary>Reads filters (https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter).</summary>
internal static class GatewayFilterReader
{
    private const int MaxFilters = 16;

    private static readonly (string Type, string Field)[] Types =
    [
        ("RequestHeaderModifier", "requestHeaderModifier"), ("ResponseHeaderModifier", "responseHeaderModifier"),
        ("RequestMirror", "requestMirror"), ("RequestRedirect", "requestRedirect"), ("URLRewrite", "urlRewrite"),
        ("ExtensionRef", "extensionRef"), ("CORS", "cors"),
    ];

    /// <summary>Reads the filters of a rule or backend.</summary>
    /// <param name="owner">The rule or backend.</param>
    /// <param name="ns">The route's namespace.</param>
    /// <param name="ofBackend">Whether it is a backend, for which Istio does no more than change headers.</param>
    public static GatewayFilters Read(YamlFields owner, string ns, bool ofBackend)
    {
        var read = new GatewayFilters();
        var seen = new HashSet<string>();
        foreach (var filter in owner.Objects("filters", MaxFilters))
        {
            var type = filter.Word("type", [.. Types.Select(one => one.Type)]);
            if (type is null && !filter.Has("type"))
                filter.Report("type", "is missing");

            foreach (var (other, field) in Types)
            {
                if (type is not null && other != type && filter.Has(field))
                    filter.Report(field, $"must not be given where the type is {type}");
            }

            if (type is not null && type is not ("RequestMirror" or "ExtensionRef") && !seen.Add(type))
                filter.Report("type", $"{type} must not be there twice");

            if (type is not null)
                read = ReadOne(read, filter, type, ns, ofBackend);

            foreach (var (_, field) in Types)
                filter.Ignore(field); // read, or refused

            filter.Done();
        }

        if (seen.Contains("RequestRedirect") && seen.Contains("URLRewrite"))
            owner.Report("filters", "must not have RequestRedirect beside URLRewrite");

        return read;
    }

    private static GatewayFilters ReadOne(GatewayFilters read, YamlFields filter, string type, string ns, bool ofBackend)
    {
        var field = Types.First(one => one.Type == type).Field;
        if (filter.Object(field) is not { } value)
        {
            if (!filter.Has(field))
                filter.Report(field, $"is missing for the type {type}");

            return read;
        }

        switch (type)
        {
            case "RequestHeaderModifier":
                return read with { Headers = read.Headers with { Request = GatewayHeaderReader.Read(value) } };
            case "ResponseHeaderModifier":
                return read with { Headers = read.Headers with { Response = GatewayHeaderReader.Read(value) } };
            case "ExtensionRef":
                value.Text("group");
                value.RequiredFilled("kind", 63, GatewayFields.Kind);
                value.RequiredFilled("name", GatewayFields.LongestName);
                value.Done();
                filter.Refuse(field, "is not carried out by the local mesh, and by Istio neither");
                return read;
            case var _ when ofBackend:
                filter.Refuse(field, "is not carried out for a single backend, by Istio neither");
                return read;
            case "RequestMirror":
                return read with { Mirrors = [.. read.Mirrors, GatewayMirrorReader.Read(value, ns)] };
            case "RequestRedirect":
                return read with { Redirect = GatewayPathReader.ReadRedirect(value, out var prefix), PrefixModifier = prefix };
            case "URLRewrite":
                return read with { Rewrite = GatewayPathReader.ReadRewrite(value, out var ofPrefix), PrefixModifier = ofPrefix };
            default:
                return read with { Cors = GatewayCorsReader.Read(value) };
        }
    }
}
