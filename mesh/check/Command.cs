using System.Text.Encodings.Web;
using System.Text.Json;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Fitting;
using MessageBoard.MeshCheck.Given;
using MessageBoard.MeshCheck.Output;
using MessageBoard.MeshCheck.Requests;
using MessageBoard.MeshCheck.RoutingTests;
using MessageBoard.MeshCheck.Warnings;

namespace MessageBoard.MeshCheck;

/// <summary>The command line.</summary>
public static class Command
{
    private const int Fine = 0, Failed = 1, Unreadable = 2;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // it stands in no HTML
    };

    /// <summary>Runs it.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where the report goes.</param>
    /// <param name="error">Where what could not be done goes.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            var options = Options.Parse(args);
            if (!options.Help)
                return Run(options, output, error);

            output.WriteLine(Usage.Text);
            return Fine;
        }
        catch (Exception exception) when (exception is UsageException or FormatException or IOException or UnauthorizedAccessException)
        {
            error.Line($"mesh-check: {exception.Message}{(exception is IOException ? "" : "; see --help")}");
            return Unreadable;
        }
    }

    private static int Run(Options options, TextWriter output, TextWriter error)
    {
        var unreadable = new List<UnreadableFile>();
        var files = GivenFiles.Read(options.Paths, unreadable);
        var tests = TestFiles.Read(options.Tests, unreadable);
        var text = options.Json ? TextWriter.Null : output;
        var report = new Dictionary<string, object?>();
        var results = new List<TestResult>();
        bool hasFailed;
        if (options.Contexts.Count > 0)
        {
            var live = new LiveCommand(options, text);
            report["live"] = live.Run(files, tests, unreadable);
            (hasFailed, results) = (live.HasFailed, live.Results);
        }
        else
        {
            hasFailed = CheckFiles(options, new(files), tests, text, report, results);
        }

        if (options.JUnit is { } path)
        {
            using var file = File.Create(path);
            TestReport.WriteJUnit(results, file);
        }

        report["unreadable"] = unreadable;
        foreach (var one in options.Json ? [] : unreadable)
            error.Line($"{one.File}: {one.Message}");

        if (options.Json)
            output.WriteLine(JsonSerializer.Serialize(report, Json));

        return unreadable.Count > 0 ? Unreadable : hasFailed ? Failed : Fine;
    }

    private static bool CheckFiles(
        Options options, GivenMesh mesh, IReadOnlyList<RoutingTest> tests, TextWriter text, Dictionary<string, object?> report,
        List<TestResult> results)
    {
        var fit = FitCheck.Check(mesh);
        var (resources, warnings) = (fit.Resources, Analysis.Run(mesh, fit));
        var hasFailed = resources.Any(resource => resource.State == ResourceState.Refused) || (options.FailOnWarning && warnings.Count > 0);
        var isCheck = options.Request is null && options.Tests.Count == 0;
        var told = isCheck || options.FailOnWarning ? warnings : [];
        var toldOf = told.Select(warning => (warning.File, (ResourceKey?)warning.Resource)).ToHashSet();
        ResourceReport.WriteText(
            resources.Where(resource =>
                isCheck || resource.State == ResourceState.Refused || toldOf.Contains((resource.File, resource.Key))),
            told, text);
        (report["resources"], report["warnings"]) = (ResourceReport.ToJson(resources, warnings), warnings);

        if (options.Request is not null)
        {
            var (request, from, verdict) = RequestCheck.Answer(mesh, options.Request, options.Headers, options.From, options.Explain);
            VerdictReport.WriteText(request, from, verdict, text);
            report["request"] = verdict;
            hasFailed |= verdict.GoesNowhere;
        }

        if (options.Tests.Count > 0)
        {
            var (all, untested) = TestRunner.Run(mesh, tests);
            TestReport.WriteText(all, untested, text);
            report["tests"] = TestReport.ToJson(all, untested);
            results.AddRange(all);
            hasFailed |= all.Any(result => result.Failures.Count > 0);
        }

        if (isCheck)
            text.Line(ResourceReport.Summary(resources, warnings.Count));

        return hasFailed;
    }
}
