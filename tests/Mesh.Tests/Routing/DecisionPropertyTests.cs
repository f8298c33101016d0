using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Tests.Routing;

/// <summary>
/// Random resources and requests, against what Istio's words say in the plainest code. The seed of a failure is in its message.
/// </summary>
public class DecisionPropertyTests
{
    private static readonly string[] Words = ["a", "b", "ab", "A", "", "x-y", "/", "/a", "/a/b", "*"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_decision_is_the_first_route_that_matches(int seed)
    {
        var random = new Random(seed);
        var services = Enumerable.Range(0, 5).Select(number => RandomService(random, number)).ToList();
        var table = RouteTable.Compile(
            [.. services, .. Services()], new() { Labels = new Dictionary<string, string> { ["app"] = "a" } }, []);

        for (var i = 0; i < 200; i++)
        {
            var request = RandomRequest(random);
            var draws = random.Next();
            var decision = table.Decide(request, new Random(draws));

            Assert.Equal(decision, table.Decide(request, new Random(draws)));

            // One without a rule for this caller is as good as none.
            var service = services.FirstOrDefault(candidate => $"s{candidate.Key.Name}" == request.Host && candidate.Http.Any(IsForUs));
            var expected = service?.Http.Index()
                .Where(route => route.Item.Matches.Count == 0 || route.Item.Matches.Any(match => Holds(match, request)))
                .Select(route => route.Index)
                .FirstOrDefault(-1);
            Assert.Equal((service?.Key, service is null ? -1 : expected is -1 ? null : expected),
                (decision.VirtualService, decision.Route?.Index));
            if (decision.Destination is { } destination)
                Assert.True(decision.Route!.Destinations.Count == 1 || destination.Weight > 0, $"seed {seed}: weight 0 was drawn");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Shares_are_the_weights(int seed)
    {
        const int Draws = 20_000;
        var random = new Random(seed);
        int[] weights =
            [.. Enumerable.Range(0, random.Next(2, 8)).Select(_ => random.Next(4) == 0 ? 0 : random.Next(1, 1000)), random.Next(1, 100)];
        var route = new HttpRoute
        {
            Destinations = [.. weights.Select((weight, index) =>
            new HttpRouteDestination(new("s0", $"subset{index}", null), weight, HttpHeaderRules.None))]
        };
        var table = RouteTable.Compile([Service("0", route), .. Services()], new(), []);

        var counts = Enumerable.Range(0, Draws)
            .Select(_ => table.Decide(new Request("s0"), random).Destination!.Subset!)
            .CountBy(subset => subset)
            .ToDictionary();

        for (var i = 0; i < weights.Length; i++)
        {
            // Outside of six standard deviations once in 10^9 draws of a weight.
            var share = (double)weights[i] / weights.Sum();
            var (mean, deviation) = (Draws * share, Math.Sqrt(Draws * share * (1 - share)));
            Assert.InRange(counts.GetValueOrDefault($"subset{i}"), mean - 6 * deviation, mean + 6 * deviation);
        }
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40)];

    private static VirtualService Service(string name, params HttpRoute[] routes) =>
        new(new("VirtualService", "messageboard", name), "a.yaml", [$"s{name}"], [MeshProxy.Mesh], routes);

    private static IEnumerable<IMeshResource> Services() => Enumerable.Range(0, 5).Select(number =>
        new ServiceEntry(
            new("ServiceEntry", "messageboard", $"{number}"), "a.yaml", [$"s{number}.messageboard.svc.cluster.local"], [new(80, "http")],
            new Dictionary<string, string>()));

    private static VirtualService RandomService(Random random, int number) => Service($"{number}", [.. Some(random, 6, () => new HttpRoute
    {
        Matches = [.. Some(random, 3, () => RandomMatch(random))],
        Destinations = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new HttpRouteDestination(
            new($"s{random.Next(7)}", null, null), random.Next(1, 3) * random.Next(2) + 1, HttpHeaderRules.None))],
    })]);

    private static HttpMatch RandomMatch(Random random) => new()
    {
        Uri = random.Next(2) == 0 ? RandomText(random) : null,
        IgnoreUriCase = random.Next(3) == 0,
        Method = random.Next(4) == 0 ? new StringMatch.Exact(random.Next(2) == 0 ? "GET" : "POST") : null,
        Port = random.Next(6) == 0 ? random.Next(80, 82) : null,
        Headers = [.. Some(random, 2, () => KeyValuePair.Create("x-a", RandomText(random)))],
        WithoutHeaders = [.. Some(random, 2, () => KeyValuePair.Create("x-b", RandomText(random)))],
        QueryParams = random.Next(3) == 0 ? [KeyValuePair.Create("q", RandomText(random))] : [],
        SourceLabels = random.Next(6) == 0
            ? new Dictionary<string, string> { ["app"] = random.Next(2) == 0 ? "a" : "b" }
            : new Dictionary<string, string>(),
    };

    private static StringMatch RandomText(Random random)
    {
        var word = Words[random.Next(Words.Length)];
        return random.Next(4) switch
        {
            0 => new StringMatch.Exact(word),
            1 => new StringMatch.Prefix(word),
            2 => StringMatch.Regular.Parse(Regex.Escape(word) + ".*"),
            _ => new StringMatch.Present(),
        };
    }

    private static Request RandomRequest(Random random) => new(
        $"s{random.Next(5)}",
        $"{Words[random.Next(6, 9)]}{(random.Next(2) == 0 ? "" : $"?p=1&q={Words[random.Next(4)]}")}",
        random.Next(2) == 0 ? "GET" : "POST",
        [.. Some(random, 2, () => (random.Next(2) == 0 ? "x-a" : "x-b", Words[random.Next(6)]))]);

    private static IEnumerable<T> Some<T>(Random random, int most, Func<T> create) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => create())];

    private static bool IsForUs(HttpRoute route) =>
        route.Matches.Count == 0 || route.Matches.Any(match => match.SourceLabels.All(label => label.Value == "a"));

    private static bool Holds(HttpMatch match, Request request) =>
        (match.Uri?.IsMatch(request.Path, match.IgnoreUriCase) ?? true)
        && (match.Method?.IsMatch(request.Method) ?? true)
        && (match.Port ?? request.Port) == request.Port
        && match.Headers.All(header => request.TryGetHeader(header.Key, out var value) && header.Value.IsMatch(value))
        && !match.WithoutHeaders.Any(header => request.TryGetHeader(header.Key, out var value)
            ? header.Value.IsMatch(value)
            : header.Value is not StringMatch.Present && header.Value.IsMatch(""))
        && match.QueryParams.All(parameter => request.Query.Split(
            '?',
            '&').FirstOrDefault(part => part.StartsWith("q=", StringComparison.Ordinal)) is { } part && parameter.Value.IsMatch(part[2..]))
        && match.SourceLabels.All(label => label.Value == "a");
}
