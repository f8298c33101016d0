using YamlDotNet.Serialization;
using Fields = System.Collections.Generic.Dictionary<string, object>;

namespace MessageBoard.Mesh.Tests.Loading;

/// <summary>What holds for any text: reading it gives an answer soon, and what is accepted keeps Istio's rules.</summary>
public class LoaderPropertyTests
{
    private const int Seed = 20261121;

    private static readonly ISerializer Serializer = new SerializerBuilder().Build();

    [Fact]
    public void Random_bytes_end_in_an_answer()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            Check(Encoding.UTF8.GetString(bytes));
        }
    }

    [Fact]
    public void Random_pieces_of_YAML_end_in_an_answer()
    {
        string[] pieces =
        [
            "apiVersion: networking.istio.io/v1\n", "kind: VirtualService\n", "metadata: {name: a}\n", "spec:\n", "  hosts: [a]\n",
            "  http:\n", "    - route:\n", "        - destination: {host: a}\n", "---\n", "...\n", "- ", "{", "}", "[", "]", ": ", ",",
            "\n", "  ", "'", "\"", "|\n", ">-\n", "? ", "# x\n", "&a ", "*a", "!!str ", "%YAML 1.2\n", "null", "~", "0x1F", "\t", "é😀",
            "\uFEFF",
        ];
        var random = new Random(Seed);
        for (var round = 0; round < 20_000; round++)
            Check(string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pieces[random.Next(pieces.Length)])));
    }

    [Fact]
    public void Changed_files_of_the_project_end_in_an_answer()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio"), "*.yaml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText)
            .ToArray();
        const string Pieces = "{}[]:-,'\"&*!|>%@`#?\n \t\0\\<0xAé\u0085\u2028\uFEFF";
        var random = new Random(Seed);
        for (var round = 0; round < 5_000; round++)
        {
            var text = new StringBuilder(files[random.Next(files.Length)]);
            for (var edits = random.Next(1, 8); edits > 0; edits--)
            {
                var at = random.Next(text.Length);
                if (random.Next(2) == 0)
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                else
                    text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at));
            }

            Check(text.ToString());
        }
    }

    [Fact]
    public void Random_resources_are_accepted_or_refused_with_a_reason()
    {
        var random = new Random(Seed);
        var (accepted, refused) = (0, 0);
        for (var round = 0; round < 10_000; round++)
        {
            var file = Check(Serializer.Serialize(RandomResource.Next(random)));
            var status = Assert.Single(file.Statuses);
            if (status.State == ResourceState.Accepted)
            {
                accepted++;
                CheckAccepted(Assert.Single(file.Resources));
            }
            else
            {
                refused++;
                Assert.Empty(file.Resources);
                Assert.All(status.Problems, problem => Assert.StartsWith("spec", problem.Message, StringComparison.Ordinal));
            }
        }

        Assert.True(accepted > 1_000 && refused > 1_000, $"{accepted} were accepted and {refused} refused: the generator says nothing");
    }

    private static ResourceFile Check(string text)
    {
        ResourceFile? file = null;
        Exception? thrown = null;
        var took = ProcessorTime.Of(() => thrown = Record.Exception(() => file = ResourceFile.Read("a.yaml", text)));

        Assert.True(thrown is null, $"{thrown}\n{text}");
        Assert.True(took.TotalSeconds < 3, $"{took}\n{text}");
        Assert.True(file!.Problems.Count > 0 == file.Statuses.Any(status => status.State == ResourceState.Refused), text);
        Assert.All(file.Statuses, status => Assert.Equal(status.State == ResourceState.Refused, status.Problems.Count > 0));
        return file;
    }

    // What the routing relies on.
    private static void CheckAccepted(IMeshResource resource)
    {
        foreach (var route in (resource as VirtualService)?.Http ?? [])
        {
            Assert.Equal(
                1, (route.Destinations.Count > 0 ? 1 : 0) + (route.Redirect is null ? 0 : 1) + (route.DirectResponse is null ? 0 : 1));
            if (route.Destinations.Count > 1)
                Assert.InRange(route.Destinations.Sum(destination => (long)(destination.Weight ?? 0)), 1, int.MaxValue);

            Assert.True(route.Timeout is null || route.Timeout >= TimeSpan.FromMilliseconds(1));
            Assert.InRange(route.Fault?.Delay?.Percentage ?? 0, 0, 100);
            Assert.InRange(route.Fault?.Abort?.Status ?? 200, 200, 599);
            Assert.All(route.Mirrors, mirror => Assert.InRange(mirror.Percentage, 0, 100));
        }

        if (resource is DestinationRule { TrafficPolicy: { } policy })
        {
            Assert.InRange(policy.OutlierDetection?.MaxEjectionPercent ?? 1, 1, 100);
            Assert.True(policy.ConnectionPool?.MaxConnections is null or > 0);
            Assert.All(
                policy.LoadBalancer?.Locality?.Distribute ?? [],
                distribution => Assert.Equal(100, distribution.To.Sum(share => share.Value)));
        }
    }

    /// <summary>Resources that are mostly as Istio wants them.</summary>
    private static class RandomResource
    {
        public static Fields Next(Random random) => random.Next(2) == 0
            ? Resource("VirtualService", Map(
                random, ("hosts", _ => List(random, 1, Host)), ("gateways?", _ => List(random, 1, Gateway)),
                ("http", _ => List(random, 1, Route))))
            : Resource(
                "DestinationRule", Map(random, ("host", Host), ("trafficPolicy?", Policy), ("subsets?", _ => List(random, 0, Subset))));

        private static Fields Resource(string kind, object spec) => new()
        {
            ["apiVersion"] = "networking.istio.io/v1",
            ["kind"] = kind,
            ["metadata"] = new Fields { ["name"] = "a" },
            ["spec"] = spec,
        };

        private static Fields Route(Random random)
        {
            var route = Map(
                random, ("name?", Name), ("match?", _ => List(random, 0, Match)), ("timeout?", Duration), ("retries?", Retries),
                ("mirror?", Destination), ("mirrorPercentage?", Percentage), ("headers?", Headers), ("corsPolicy?", Cors));
            switch (random.Next(8))
            {
                case 0:
                    route["redirect"] = Map(
                        random, ("uri", _ => "/b"), ("redirectCode?", r => Pick(r, 301, 302, 308, 200)), ("port?", Port));
                    break;
                case 1:
                    route["directResponse"] = Map(
                        random, ("status", r => Pick(r, 200, 404, 503, 99)), ("body?", _ => Map(random, ("string", Name))));
                    break;
                default:
                    route["route"] = List(random, 1, r => Map(
                        r, ("destination", Destination), ("weight?", x => Pick(x, 0, 1, 50, 100)), ("headers?", Headers)));
                    if (random.Next(4) == 0)
                        route["fault"] = Map(
                            random,
                            ("delay?", r => Map(r, ("fixedDelay", Duration), ("percentage?", Percentage))),
                            ("abort?", r => Map(r, ("httpStatus", x => Pick(x, 200, 503, 600)), ("percentage?", Percentage))));
                    if (random.Next(4) == 0)
                        route["rewrite"] = Map(
                            random, ("uri?", _ => "/c"), ("authority?", Host),
                            ("uriRegexRewrite??", r => Map(r, ("match", Regex), ("rewrite", x => Pick(x, "/", @"\1", @"\0\")))));
                    break;
            }

            return route;
        }

        private static Fields Match(Random random) => Map(
            random, ("uri?", StringMatch), ("method?", StringMatch), ("ignoreUriCase?", r => r.Next(2) == 0),
            ("headers?", r => Map(r, ("x-a", StringMatch), ("x b??", StringMatch))),
            ("withoutHeaders?", r => Map(r, ("x-c", StringMatch))), ("queryParams?", r => Map(r, ("q", StringMatch))), ("port?", Port),
            ("sourceLabels?", r => Map(r, ("app", Name))), ("statPrefix??", Name));

        private static Fields StringMatch(Random random) =>
            Map(random, (Pick(random, "exact", "prefix", "regex"), r => r.Next(3) == 0 ? Regex(r) : Name(r)));

        private static Fields Retries(Random random) => Map(
            random, ("attempts", r => Pick(r, 0, 1, 3, -1)), ("perTryTimeout?", Duration),
            ("retryOn?", r => Pick(r, "5xx", "reset,409", "503", "never")));

        private static Fields Headers(Random random) => Map(
            random,
            ("request?", r => Map(r, ("set?", x => Map(x, ("x-a", Name))), ("remove?", x => List(x, 0, Name)))),
            ("response?", r => Map(r, ("add?", x => Map(x, ("x-b", y => Pick(y, "1", "%%", "%X%")))))));

        private static Fields Cors(Random random) => Map(
            random, ("allowOrigins?", r => List(r, 0, StringMatch)), ("allowMethods?", r => List(r, 0, x => Pick(x, "GET", "get"))),
            ("maxAge?", Duration));

        private static Fields Destination(Random random) =>
            Map(random, ("host", Host), ("subset?", Name), ("port?", r => Map(r, ("number", Port))));

        private static Fields Policy(Random random) => Map(
            random, ("loadBalancer?", r => Map(
                r, (Pick(r, "simple", "simple?", "consistentHash??"), x => Pick(x, "RANDOM", "ROUND_ROBIN", "LEAST_CONN", "PASSTHROUGH")),
                ("localityLbSetting??", Locality))),
            ("outlierDetection?", r => Map(
                r, ("consecutive5xxErrors?", x => x.Next(10)), ("interval?", Duration), ("maxEjectionPercent?", x => x.Next(110)))),
            ("connectionPool?", r => Map(
                r, ("tcp?", x => Map(x, ("maxConnections", y => y.Next(-1, 10)))),
                ("http", x => Map(x, ("maxRetries?", y => y.Next(5)), ("idleTimeout?", Duration))))));

        private static Fields Locality(Random random) => Map(random, ("distribute?", r => List(r, 1, x => Map(
            x,
            ("from", y => Pick(y, "ctx1", "ctx2/*", "*")),
            ("to", y => Map(y, ("ctx1", z => Pick(z, 100, 50)), ("ctx2??", _ => 50)))))), ("enabled?", r => r.Next(2) == 0));

        private static Fields Subset(Random random) =>
            Map(random, ("name", Name), ("labels?", r => Map(r, ("version", Name))), ("trafficPolicy??", Policy));

        private static Fields Percentage(Random random) => Map(random, ("value", r => r.Next(20) == 0 ? 101 : r.Next(100) + 0.5));

        private static string Host(Random random) =>
            random.Next(20) == 0 ? "-" : Pick(random, "a", "b", "a.messageboard.svc.cluster.local", "*.example.com", "10.0.0.1");

        private static string Gateway(Random random) => Pick(random, "mesh", "front", "istio-system/front", "a/b/c");

        private static string Name(Random random) =>
            random.Next(40) == 0 ? "a b" : Pick(random, "a", "b", "v1", "v2", "v3", "v4", "v5", "v6");

        private static string Regex(Random random) => Pick(random, "a.*", "[a-z]+", "(a)|b", "(", @"\d{1,3}");

        private static string Duration(Random random) => random.Next(20) == 0 ? "1us" : Pick(random, "1s", "250ms", "1h30m", "1.5s");

        private static object Port(Random random) => Pick<object>(random, 80, 8080, 80, 8080, 80, 70_000);

        private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

        private static List<object> List(Random random, int min, Func<Random, object> next) =>
            [.. Enumerable.Range(0, random.Next(min, min + 2)).Select(_ => next(random))];

        // A field with one question mark is there every third time, with two every twentieth.
        private static Fields Map(Random random, params (string Name, Func<Random, object> Next)[] fields)
        {
            var map = new Fields();
            foreach (var (name, next) in fields)
            {
                var odds = name.EndsWith("??", StringComparison.Ordinal) ? 20 : name.EndsWith('?') ? 3 : 1;
                if (random.Next(odds) == 0)
                    map[name.TrimEnd('?')] = next(random);
            }

            return map;
        }
    }
}
