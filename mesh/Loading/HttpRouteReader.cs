namespace MessageBoard.Mesh.Loading;

internal static class HttpRouteReader
{
    public static HttpRoute Read(YamlFields route, string ns, bool isDelegate)
    {
        HttpMatch[] matches =
        [
            .. route.Objects("match").Select((match, index) => HttpMatchReader.Read(match, ns) with { Index = index }),
        ];
        var read = new HttpRoute
        {
            Line = route.Line,
            Name = route.FilledText("name"),
            Matches = matches,
            Destinations = [.. route.Objects("route").Select(ReadDestination)],
            Delegate = ReadDelegate(route, ns, isDelegate),
            Redirect = HttpAnswerReader.ReadRedirect(route, matches),
            DirectResponse = HttpAnswerReader.ReadDirectResponse(route),
            Rewrite = HttpRewriteReader.Read(route),
            Timeout = route.Duration("timeout"),
            Retries = HttpRetryReader.Read(route),
            Fault = HttpFaultReader.Read(route),
            Mirrors = HttpMirrorReader.Read(route),
            Cors = CorsPolicyReader.Read(route),
            Headers = HeaderRulesReader.Read(route),
        };

        CheckTarget(route, read);
        CheckWeights(route, read.Destinations);
        CheckAuthority(route, read);
        route.Done();
        return read;
    }

    private static HttpDelegate? ReadDelegate(YamlFields route, string ns, bool isDelegate)
    {
        if (route.Object("delegate") is not { } other)
            return null;

        if (isDelegate)
            route.Report("delegate", "cannot stand in a VirtualService without hosts, which others delegate to");

        var read = new HttpDelegate(other.FilledText("namespace") ?? ns, other.Text("name") ?? "");
        other.Done();
        return read;
    }

    /// <summary>Reads one of a route's destinations.</summary>
    public static HttpRouteDestination ReadDestination(YamlFields route)
    {
        var read = new HttpRouteDestination(
            DestinationReader.ReadRequired(route, "destination"), route.Whole("weight", 0, int.MaxValue), HeaderRulesReader.Read(route));
        route.Done();
        return read;
    }

    // A request ends in a service, a redirect or a fixed answer, and what is done on the way to a service fits only the first.
    private static void CheckTarget(YamlFields route, HttpRoute read)
    {
        if (route.Has("delegate"))
        {
            foreach (var name in (ReadOnlySpan<string>)["route", "redirect"])
            {
                if (route.Has(name) && !route.IsEmptyList(name))
                    route.Report(name, "cannot stand beside delegate");
            }

            return;
        }

        var answer = route.Has("redirect") ? "redirect" : route.Has("directResponse") ? "directResponse" : null;
        if (answer is null)
        {
            if (route.IsEmptyList("route"))
                route.Report("route", "has to have at least one destination, or there has to be a redirect or a directResponse");

            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["route", "fault", "rewrite"])
        {
            if (route.Has(name) && !route.IsEmptyList(name))
                route.Report(name, $"cannot stand beside {answer}");
        }

        if (route.Has("redirect") && route.Has("directResponse"))
            route.Report("directResponse", "cannot stand beside redirect");
    }

    // Any sum will do for Istio, as the weights are shares of it, but 0 will not. A single destination gets everything.
    private static void CheckWeights(YamlFields route, IReadOnlyList<HttpRouteDestination> destinations)
    {
        if (destinations.Count < 2)
            return;

        var sum = destinations.Sum(destination => (long)(destination.Weight ?? 0));
        if (sum is 0)
            route.Report("route", $"has weights that add up to 0; it has to be from 1 to {int.MaxValue}");
        else if (sum > int.MaxValue)
            route.Refuse("route", $"has weights that add up to {sum}, which is not carried out by the local mesh: up to {int.MaxValue} is");
    }

    // Which of two would hold?
    private static void CheckAuthority(YamlFields route, HttpRoute read)
    {
        var request = read.Headers.Request;
        var times = request.Set.Concat(request.Add).Count(header => HeaderOperations.IsAuthority(header.Key))
            + (read.Rewrite?.Authority is null ? 0 : 1);
        if (times > 1)
            route.Report("headers", "sets the authority more than once, with rewrite.authority counted");
    }
}
