using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using YamlDotNet.Core;

namespace MessageBoard.MeshCheck.RoutingTests;

/// <summary>
/// Reads test cases as https://github.com/getyourguide/istio-config-validator has them (docs/test-cases.md there), and a few fields more.
/// </summary>
internal static class TestFiles
{
    /// <summary>The fields of a rule that a test may name.</summary>
    public static readonly IReadOnlyList<string> RuleFields =
    [
        "route", "redirect", "directResponse", "delegate", "rewrite", "fault", "headers", "timeout", "retries", "mirror", "mirrors",
        "mirrorPercentage", "corsPolicy",
    ];

    /// <summary>Reads the tests of files and folders.</summary>
    /// <param name="paths">The files and folders.</param>
    /// <param name="unreadable">Gets what could not be read, and what is wrong with tests.</param>
    public static IReadOnlyList<RoutingTest> Read(IEnumerable<string> paths, ICollection<UnreadableFile> unreadable)
    {
        var tests = new List<RoutingTest>();
        var problems = new List<MeshProblem>();
        foreach (var (file, _, text) in GivenFiles.Texts(paths, unreadable))
        {
            try
            {
                foreach (var document in YamlDocuments.ReadItems(text))
                    tests.AddRange(Read(file, document, problems));
            }
            catch (YamlException exception)
            {
                problems.Add(new(file, (int)exception.Start.Line, null, null, exception.Message));
            }
        }

        foreach (var problem in problems)
            unreadable.Add(new($"{problem.File}:{problem.Line}", problem.Message));

        return tests;
    }

    private static List<RoutingTest> Read(string file, YamlItem document, List<MeshProblem> problems)
    {
        if (document is YamlText { IsNull: true })
            return [];

        var report = new DocumentReport(file);
        var tests = new List<RoutingTest>();
        if (document is YamlMap map)
        {
            var root = new YamlFields(map, report);
            if (!root.Has("testCases"))
                root.Report(null, "testCases is missing");

            var cases = GivenDocument.List(map, "testCases").OfType<YamlMap>();
            foreach (var (test, written) in root.Objects("testCases").Zip(cases))
                tests.Add(ReadTest(file, test, written));

            root.Done();
        }
        else
        {
            report.Refuse(document.Line, null, "tests have to be a mapping with testCases");
        }

        problems.AddRange(report.Problems);
        return report.Problems.Count == 0 ? tests : [];
    }

    private static RoutingTest ReadTest(string file, YamlFields test, YamlMap written)
    {
        var read = new RoutingTest(
            file, test.Line, test.Text("description") ?? "without a description", test.Flag("wantMatch"), ReadRequest(test), written)
        {
            Outcome = new(
                test.FilledText("virtualService"), test.FilledText("rule"), test.FilledText("subset"),
                test.Has("weights") ? test.Map("weights", (weights, name) => weights.Whole(name, 0, int.MaxValue) ?? 0) : null,
                test.Whole("status", 100, 599)),
        };

        CheckRule(test);
        test.Done();
        return read;
    }

    private static TestRequest ReadRequest(YamlFields test)
    {
        if (test.Object("request") is not { } request)
        {
            test.Report("request", "is missing");
            return new([], [], [], new Dictionary<string, string>(), new Dictionary<string, string>(), null, "http", null);
        }

        foreach (var list in (ReadOnlySpan<string>)["authority", "method", "uri"])
        {
            if (request.IsEmptyList(list))
                request.Report(list, "has to have at least one");
        }

        var read = new TestRequest(
            request.Texts("authority"), request.Texts("method"),
            request.Texts("uri", uri => uri.StartsWith('/') ? null : "has to begin with a slash"), request.TextMap("headers"),
            request.TextMap("query"), request.Whole("port", 1, 65535), request.Word("scheme", "http", "https") ?? "http",
            ReadSource(request));
        request.Done();
        return read;
    }

    // As --from has it.
    private static string? ReadSource(YamlFields request)
    {
        if (request.Object("source") is not { } source)
            return null;

        var (name, labels, gateway) = (source.FilledText("name"), source.TextMap("labels"), source.FilledText("gateway"));
        if ((name is null ? 0 : 1) + (labels.Count == 0 ? 0 : 1) + (gateway is null ? 0 : 1) != 1)
            source.Report(null, "has to have one of name, labels and gateway");

        var ns = source.FilledText("namespace") is { } given ? $"{given}/" : "";
        source.Done();
        return gateway is not null
            ? $"gateway:{ns}{gateway}"
            : $"{ns}{name ?? string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"))}";
    }

    // By the readers of rules, which know their fields' names and values; they are compared as they are written.
    private static void CheckRule(YamlFields test)
    {
        foreach (var destination in test.Objects("route"))
            HttpRouteReader.ReadDestination(destination);

        if (test.Object("delegate") is { } target)
        {
            target.Text("name");
            target.Text("namespace");
            target.Done();
        }

        HttpAnswerReader.ReadRedirect(test, []);
        HttpAnswerReader.ReadDirectResponse(test);
        HttpRewriteReader.Read(test);
        HttpFaultReader.Read(test);
        HttpMirrorReader.Read(test);
        HttpRetryReader.Read(test);
        HeaderRulesReader.Read(test);
        CorsPolicyReader.Read(test);
        test.Duration("timeout");
    }
}
