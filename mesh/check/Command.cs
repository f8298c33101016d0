using System.Text.Encodings.Web;
using System.Text.Json;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Fitting;
using MessageBoard.MeshCheck.Given;
using MessageBoard.MeshCheck.Output;
using MessageBoard.MeshCheck.Requests;

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
        catch (UsageException exception)
        {
            error.Line($"mesh-check: {exception.Message}; see --help");
            return Unreadable;
        }
    }

    private static int Run(Options options, TextWriter output, TextWriter error)
    {
        var unreadable = new List<UnreadableFile>();
        var mesh = new GivenMesh(GivenFiles.Read(options.Paths, unreadable));
        var resources = FitCheck.Check(mesh);
        var code = resources.Any(resource => resource.State == ResourceState.Refused) ? Failed : Fine;
        var report = new Dictionary<string, object> { ["resources"] = ResourceReport.ToJson(resources) };
        if (options.Request is null)
        {
            if (!options.Json)
                ResourceReport.WriteText(resources, output);
        }
        else
        {
            if (!options.Json)
                ResourceReport.WriteText(resources.Where(resource => resource.State == ResourceState.Refused), output);

            report["request"] = Answer(options, mesh, output, ref code);
        }

        report["unreadable"] = unreadable;
        foreach (var one in options.Json ? [] : unreadable)
            error.Line($"{one.File}: {one.Message}");

        if (options.Json)
            output.WriteLine(JsonSerializer.Serialize(report, Json));
        else if (options.Request is null)
            output.Line(ResourceReport.Summary(resources));

        return unreadable.Count > 0 ? Unreadable : code;
    }

    private static Verdict Answer(Options options, GivenMesh mesh, TextWriter output, ref int code)
    {
        try
        {
            var caller = options.From is { } from ? Callers.Find(from, mesh) : Callers.Anybody(mesh);
            var request = CheckedRequest.Parse(options.Request!, options.Headers);
            var verdict = new RequestCheck(mesh, caller).Check(request, options.Explain);
            if (!options.Json)
                VerdictReport.WriteText(request, options.From is null ? null : Callers.Describe(caller), verdict, output);

            if (verdict.Rule is null && verdict.Destinations.Count == 0)
                code = Failed;

            return verdict;
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
