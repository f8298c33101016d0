using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using MessageBoard.MeshCheck.Live;
using MessageBoard.MeshCheck.Output;
using MessageBoard.MeshCheck.Requests;
using MessageBoard.MeshCheck.RoutingTests;

namespace MessageBoard.MeshCheck;

/// <summary>The same against live clusters, with files as a proposal laid over them.</summary>
/// <param name="options">What is asked for.</param>
/// <param name="output">Where the report goes; <see cref="TextWriter.Null"/> for machines'.</param>
internal sealed class LiveCommand(Options options, TextWriter output)
{
    /// <summary>Whether a test fails, a request goes nowhere, or the files break something that is not theirs.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>What became of the tests, in all clusters.</summary>
    public List<TestResult> Results { get; } = [];

    /// <summary>Runs it.</summary>
    /// <param name="files">The proposal.</param>
    /// <param name="tests">The routing tests.</param>
    /// <param name="unreadable">Gets the clusters that could not be read.</param>
    /// <returns>The report for machines.</returns>
    public object Run(IReadOnlyList<GivenFile> files, IReadOnlyList<RoutingTest> tests, ICollection<UnreadableFile> unreadable)
    {
        var clusters = Read(unreadable);
        var differences = clusters.Count < 2 ? [] : ClusterDifferences.Find(clusters).ToArray();
        var reports = clusters.Select(cluster => Check(cluster, files, tests)).ToArray();
        LiveReport.WriteList("Not the same in all clusters:", differences, output);
        return new { Clusters = reports, Differences = differences };
    }

    private List<LiveCluster> Read(ICollection<UnreadableFile> unreadable)
    {
        var reads = options.Contexts.Distinct().Select(context => LiveCluster.ReadAsync(options.Kubeconfig, context)).ToArray();
        var clusters = new List<LiveCluster>();
        foreach (var read in reads)
        {
            try
            {
                clusters.Add(read.GetAwaiter().GetResult());
            }
            catch (IOException exception)
            {
                unreadable.Add(new("cluster", exception.Message));
            }
        }

        return clusters;
    }

    private object Check(LiveCluster cluster, IReadOnlyList<GivenFile> files, IReadOnlyList<RoutingTest> tests)
    {
        LiveReport.WriteHeading(cluster, output);
        var (live, proposed) = (cluster.Mesh(), cluster.With(files));
        var before = files.Count == 0 ? [] : Proposal.Complaints(live).Select(complaint => complaint.Message).ToHashSet();
        var complaints = Proposal.Complaints(proposed).Where(complaint => !before.Contains(complaint.Message)).ToArray();
        LiveReport.WriteList(
            files.Count == 0 ? "is not well:" : "is not well with the files:",
            [.. complaints.Select(complaint => $"{complaint.Message} ({complaint.Place})")], output);
        IReadOnlyList<ChangedRoute> changes = files.Count == 0 ? [] : Proposal.Changes(live, proposed, Keys(files));
        LiveReport.WriteChanges(changes, output);
        HasFailed |= files.Any(file => file.Content.Refused) || changes.Any(change => !change.IsOwn)
            || (options.FailOnWarning && complaints.Length > 0);

        return new
        {
            cluster.Context,
            Complaints = complaints,
            Changes = changes,
            Request = options.Request is null ? null : Answer(proposed),
            Tests = tests.Count == 0 ? null : Test(live, proposed, tests, isProposal: files.Count > 0),
        };
    }

    private Verdict Answer(GivenMesh mesh)
    {
        var (request, from, verdict) = RequestCheck.Answer(mesh, options.Request!, options.Headers, options.From, options.Explain);
        VerdictReport.WriteText(request, from, verdict, output);
        HasFailed |= verdict.GoesNowhere;
        return verdict;
    }

    private object Test(GivenMesh live, GivenMesh proposed, IReadOnlyList<RoutingTest> tests, bool isProposal)
    {
        var (results, untested) = TestRunner.Run(proposed, tests);
        TestReport.WriteText(results, untested, output);
        Results.AddRange(results);
        HasFailed |= results.Any(result => result.Failures.Count > 0);
        if (!isProposal)
            return TestReport.ToJson(results, untested);

        var failedBefore = TestRunner.Run(live, tests).Results.Select(result => result.Failures.Count > 0).ToArray();
        string[] broken = [.. Changed(hasFailed: false)], mended = [.. Changed(hasFailed: true)];
        LiveReport.WriteList("Tests that only the files break:", broken, output);
        LiveReport.WriteList("Tests that only pass with the files:", mended, output);
        return new { Results = TestReport.ToJson(results, untested), Broken = broken, Mended = mended };

        IEnumerable<string> Changed(bool hasFailed) => results
            .Where((result, i) => failedBefore[i] == hasFailed && result.Failures.Count > 0 != hasFailed)
            .Select(result => $"{result.Test.Description} ({result.Test.File}:{result.Test.Line})");
    }

    private static HashSet<ResourceKey> Keys(IReadOnlyList<GivenFile> files) =>
        [.. files.SelectMany(file => file.Documents).Select(document => document.Key)];
}
