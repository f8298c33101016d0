namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Which rules of a VirtualService no request can come to, as rules before them take everything: what Istio's webhook warns of
/// (analyzeUnreachableHTTPRules in pkg/config/validation/validation.go; IST0130 and IST0131).
/// </summary>
public static class Reachability
{
    /// <summary>The first rule that takes every request, by its place: the default route; -1 when there is none.</summary>
    public static int DefaultRouteOf(VirtualService service)
    {
        for (var i = 0; i < service.Http.Count; i++)
        {
            if (MatchCover.TakesAll(service.Http[i]))
                return i;
        }

        return -1;
    }

    /// <summary>What no request can come to, at its line.</summary>
    public static IEnumerable<MeshProblem> Warnings(VirtualService service) =>
        service.Http is [{ Matches.Count: < 2 }] ? [] : WarningsOf(service); // nothing stands before it

    private static IEnumerable<MeshProblem> WarningsOf(VirtualService service)
    {
        var before = new List<Taken>();
        for (var i = 0; i < service.Http.Count; i++)
        {
            var (route, path) = (service.Http[i], FieldPath.Spec["http"][i]);
            Taken?[] takenBy = [.. Matches(route).Select(match => before.Find(taken => taken.Covers(match)))];
            if (takenBy[0] is { } first && Array.TrueForAll(takenBy, taken => taken is not null))
            {
                yield return Problem(route.Line, path, Array.Find(takenBy, taken => taken!.Match is null) ?? first);
            }
            else
            {
                for (var j = 0; j < route.Matches.Count; j++)
                {
                    var others = route.Matches.Take(j).Index().Where(other => MatchCover.Covers(other.Item, route.Matches[j]));
                    var same = others.Select(other => new Taken(i, other.Index, other.Item)).FirstOrDefault();
                    if ((takenBy[j] ?? same) is { } taken)
                        yield return Problem(route.Matches[j].Line, path["match"][j], taken);
                }
            }

            before.AddRange(route.Matches.Count == 0 || MatchCover.TakesAll(route)
                ? [new(i, null, null)]
                : route.Matches.Index().Select(match => new Taken(i, match.Index, match.Item)));
        }

        MeshProblem Problem(int line, FieldPath path, Taken taken) => new(
            service.File, line, service.Key, path, $"{path}{NameOf(path)} is not used: {taken.Describe(service)} before it");

        string NameOf(FieldPath path) => path.Parent is { Name: "http" } && service.Http[path.Index].Name is { } name ? $" ({name})" : "";
    }

    private static readonly HttpMatch Everything = new();

    // No match at all asks for nothing.
    private static IEnumerable<HttpMatch> Matches(HttpRoute route) => route.Matches.Count == 0 ? [Everything] : route.Matches;

    private sealed record Taken(int Route, int? MatchIndex, HttpMatch? Match)
    {
        public bool Covers(HttpMatch later) => Match is null || MatchCover.Covers(Match, later);

        public string Describe(VirtualService service)
        {
            var path = FieldPath.Spec["http"][Route];
            return MatchIndex is { } match
                ? $"{path["match"][match]} takes all of its requests"
                : $"{path}{(service.Http[Route].Name is { } name ? $" ({name})" : "")} takes every request";
        }
    }
}
