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
        var mesh = new GivenMesh(GivenFiles.Read(options.Paths, unreadable));
        var resources = FitCheck.Check(mesh);
        var code = resources.Any(resource => resource.State == ResourceState.Refused) ? Failed : Fine;
        var warnings = Analysis.Run(mesh);
        if (options.FailOnWarning && warnings.Count > 0)
            code = Failed;

        var report = new Dictionary<string, object> { ["resources"] = ResourceReport.ToJson(resources), ["warnings"] = warnings };
        var isCheck = options.Request is null && options.Tests.Count == 0;
        var told = isCheck || options.FailOnWarning ? warnings : [];
        var toldOf = told.Select(warning => (warning.File, (ResourceKey?)warning.Resource)).ToHashSet();
        if (!options.Json)
            ResourceReport.WriteText(
                resources.Where(resource =>
                    isCheck || resource.State == ResourceState.Refused || toldOf.Contains((resource.File, resource.Key))),
                told, output);

        if (options.Request is not null)
            report["request"] = Answer(options, mesh, output, ref code);

        if (options.Tests.Count > 0)
            report["tests"] = Test(options, mesh, unreadable, output, ref code);

        report["unreadable"] = unreadable;
        foreach (var one in options.Json ? [] : unreadable)
            error.Line($"{one.File}: {one.Message}");

        if (options.Json)
            output.WriteLine(JsonSerializer.Serialize(report, Json));
        else if (isCheck)
            output.Line(ResourceReport.Summary(resources, warnings.Count));

        return unreadable.Count > 0 ? Unreadable : code;
    }

    private static object Test(
        Options options, GivenMesh mesh, List<UnreadableFile> unreadable, TextWriter output, ref int code)
    {
        var problems = new List<MeshProblem>();
        var tests = TestFiles.Read(options.Tests, unreadable, problems);
        foreach (var problem in problems)
            unreadable.Add(new($"{problem.File}:{problem.Line}", problem.Message));

        mesh.CalledPorts.UnionWith(tests.SelectMany(test => test.Request.Ports));
        var runner = new TestRunner(mesh);
        var results = tests.Select(runner.Run).ToArray();
        var untested = runner.Untested().ToArray();
        if (!options.Json)
            TestReport.WriteText(results, untested, output);

        if (options.JUnit is { } path)
        {
            using var file = File.Create(path);
            TestReport.WriteJUnit(results, file);
        }

        if (results.Any(result => result.Failures.Count > 0))
            code = Failed;

        return TestReport.ToJson(results, untested);
    }

    private static Verdict Answer(Options options, GivenMesh mesh, TextWriter output, ref int code)
    {
        var caller = options.From is { } from ? Callers.Find(from, mesh) : Callers.Anybody(mesh);
        var request = CheckedRequest.Parse(options.Request!, options.Headers);
        mesh.CalledPorts.Add(request.Uri.Port);
        var verdict = new RequestCheck(mesh, caller).Check(request, options.Explain);
        if (!options.Json)
            VerdictReport.WriteText(request, options.From is null ? null : Callers.Describe(caller), verdict, output);

        if (verdict.Rule is null && verdict.Destinations.Count == 0)
            code = Failed;

        return verdict;
    }
}
