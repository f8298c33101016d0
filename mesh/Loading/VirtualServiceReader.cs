using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Loading;

internal static class VirtualServiceReader
{
    public static VirtualService Read(ResourceId id, YamlFields spec)
    {
        var hosts = spec.Texts("hosts");
        if (hosts.Count == 0)
            spec.Report("hosts", "has to name at least one host");

        foreach (var host in hosts.Where(host => !HostNames.IsValid(host)))
            spec.Report("hosts", $"'{host}' is no host name; a '*' may stand alone or as its first label");

        var gateways = spec.Texts("gateways");
        var http = spec.Objects("http");
        if (http.Count == 0)
            spec.Report("http", "has to have at least one route");

        var service = new VirtualService(id, hosts, gateways.Count == 0 ? [MeshProxy.Mesh] : gateways, [.. http.Select(ReadRoute)]);
        spec.Done("tls", "tcp", "exportTo");
        return service;
    }

    private static HttpRoute ReadRoute(YamlFields route)
    {
        var name = route.Text("name");
        var matches = route.Objects("match").Select(ReadMatch).ToArray();
        var destinations = route.Objects("route").Select(ReadDestination).ToArray();
        if (destinations.Length == 0)
            route.Report("route", "has to have at least one destination");
        else if (destinations.Length > 1)
            CheckSum(route, destinations.Sum(destination => (long)(destination.Weight ?? 0)));

        route.Done("redirect", "directResponse", "delegate", "rewrite", "timeout", "retries", "fault", "mirror", "mirrors", "mirrorPercentage", "mirror_percent", "corsPolicy", "headers");
        return new() { Name = name, Matches = matches, Destinations = destinations };
    }

    // Any sum will do for Istio, as the weights are shares of it, but 0 will not.
    private static void CheckSum(YamlFields route, long sum)
    {
        if (sum is 0 or > int.MaxValue)
            route.Report("route", $"has weights that add up to {sum}; it has to be from 1 to {int.MaxValue}");
    }

    private static HttpMatch ReadMatch(YamlFields match)
    {
        match.Text("name");
        var read = new HttpMatch
        {
            Uri = ReadStringMatch(match.Object("uri")),
            IgnoreUriCase = match.Flag("ignoreUriCase"),
            Method = ReadStringMatch(match.Object("method")),
            Authority = ReadStringMatch(match.Object("authority")),
            Headers = ReadHeaders(match, "headers"),
            WithoutHeaders = ReadHeaders(match, "withoutHeaders"),
        };
        match.Done("scheme", "port", "sourceLabels", "gateways", "queryParams", "sourceNamespace", "statPrefix");
        return read;
    }

    private static KeyValuePair<string, StringMatch>[] ReadHeaders(YamlFields match, string name) =>
        [.. match.Map(name, (headers, header) => headers.Object(header) is { IsEmpty: false } value ? ReadStringMatch(value) : new StringMatch.Present())
            .Where(header => header.Value is not null)
            .Select(header => KeyValuePair.Create(header.Key, header.Value!))];

    private static StringMatch? ReadStringMatch(YamlFields? fields)
    {
        if (fields is null)
            return null;

        var (exact, prefix, regex) = (fields.Text("exact"), fields.Text("prefix"), fields.Text("regex"));
        fields.Done();
        if (((string?[])[exact, prefix, regex]).Count(value => value is not null) != 1)
        {
            fields.Report(null, "has to have one of exact, prefix and regex");
            return null;
        }

        if (exact is not null)
            return new StringMatch.Exact(exact);

        if ((prefix ?? regex) is "")
        {
            fields.Report(prefix is null ? "regex" : "prefix", "must not be empty"); // as Istio's own validation has it
            return null;
        }

        if (prefix is not null)
            return new StringMatch.Prefix(prefix);

        try
        {
            return StringMatch.Regular.Parse(regex!);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            fields.Report("regex", $"is no regular expression that RE2 knows: {exception.Message}");
            return null;
        }
    }

    private static HttpRouteDestination ReadDestination(YamlFields route)
    {
        var weight = route.Whole("weight", 0, int.MaxValue);
        var destination = route.Object("destination");
        if (destination is null)
        {
            route.Report("destination", "is missing");
            return new(new("", null, null), weight, HttpHeaderRules.None);
        }

        var read = new Destination(destination.RequiredText("host") ?? "", destination.Text("subset"), ReadPort(destination.Object("port")));
        if (read.Host is "*" || (read.Host.Length > 0 && !HostNames.IsValid(read.Host)))
            destination.Report("host", $"'{read.Host}' is no service's name");

        destination.Done();
        route.Done("headers");
        return new(read, weight, HttpHeaderRules.None);
    }

    private static int? ReadPort(YamlFields? port)
    {
        var number = port?.Whole("number", 1, 65535);
        port?.Done();
        return number;
    }
}
