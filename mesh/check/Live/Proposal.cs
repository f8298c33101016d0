using System.Globalization;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Fitting;
using MessageBoard.MeshCheck.Given;
using MessageBoard.MeshCheck.Requests;
using MessageBoard.MeshCheck.Warnings;

namespace MessageBoard.MeshCheck.Live;

/// <summary>A request that would go another way.</summary>
/// <param name="Request">The request.</param>
/// <param name="Differences">What would be different.</param>
/// <param name="IsOwn">Whether the files replace the resource by which it goes now, or nothing takes it now.</param>
internal sealed record ChangedRoute(string Request, IReadOnlyList<RouteDifference> Differences, bool IsOwn);

/// <summary>What would be different about a request's way.</summary>
/// <param name="Name">What, such as <c>to</c>.</param>
/// <param name="Before">As it is; empty for nothing.</param>
/// <param name="After">As it would be; empty for nothing.</param>
internal sealed record RouteDifference(string Name, string Before, string After);

/// <summary>Something that is refused or warned of.</summary>
/// <param name="Message">What.</param>
/// <param name="Place">Where.</param>
internal sealed record Complaint(string Message, string Place);

/// <summary>Files held against a cluster: what would they change?</summary>
internal static class Proposal
{
    /// <summary>The requests that would go another way, of those that the rules of before and after ask for.</summary>
    public static IReadOnlyList<ChangedRoute> Changes(GivenMesh before, GivenMesh after, IReadOnlySet<ResourceKey> proposed)
    {
        var probes = new[] { before, after }.SelectMany(mesh => Callers.Anybody(mesh, "") is var anybody
                ? mesh.Resources.OfType<VirtualService>().Concat(GatewayRoutes.Convert(mesh.Resources, anybody, (_, _) => { }, []))
                : [])
            .SelectMany(Probes.Of)
            .DistinctBy(probe => probe.ToString())
            .ToArray();
        foreach (var mesh in (ReadOnlySpan<GivenMesh>)[before, after])
            mesh.CalledPorts.UnionWith(probes.Select(probe => probe.Uri.Port));

        // They are for full names, so the caller's namespace is of no account.
        var (now, then) = (new RequestCheck(before, Callers.Anybody(before, "")), new RequestCheck(after, Callers.Anybody(after, "")));
        return
        [
            .. from probe in probes
               let verdicts = (Now: now.Check(probe), Then: then.Check(probe))
               let differences = Differences(verdicts.Now, verdicts.Then).ToArray()
               where differences.Length > 0
               let resource = verdicts.Now.Rule?.Resource
               select new ChangedRoute(
                   probe.ToString(), differences,
                   resource is null ? verdicts.Now.Destinations.Count == 0 : proposed.Contains(resource)),
        ];
    }

    /// <summary>What is refused and warned of, and where.</summary>
    public static IReadOnlyList<Complaint> Complaints(GivenMesh mesh)
    {
        var fit = FitCheck.Check(mesh);
        return
        [
            .. fit.Resources.SelectMany(status => status.Problems, (status, problem) =>
                new Complaint($"{status.Key}: {problem.Message}", $"{problem.File}:{problem.Line ?? status.Line}")),
            .. Analysis.Run(mesh, fit).Select(warning =>
                new Complaint($"{warning.Resource}: {warning.Text}", $"{warning.File}:{warning.Line}")),
        ];
    }

    private static IEnumerable<RouteDifference> Differences(Verdict now, Verdict then)
    {
        var (before, after) = (Parts(now), Parts(then));
        return from name in before.Select(part => part.Key).Union(after.Select(part => part.Key))
               let ways = (Before: string.Join("; ", before[name]), After: string.Join("; ", after[name]))
               where ways.Before != ways.After
               select new RouteDifference(name, ways.Before, ways.After);
    }

    private static ILookup<string, string> Parts(Verdict verdict) => Way(verdict).ToLookup(part => part.Key, part => part.Value);

    // Rules may move within their resource.
    private static IEnumerable<KeyValuePair<string, string>> Way(Verdict verdict)
    {
        yield return new("by", verdict.Rule is { } rule ? $"{rule.Resource}" : "no VirtualService");
        if (verdict.Outcome.Length > 0)
            yield return new("ends in", $"{verdict.Status} {verdict.Outcome} {verdict.Location}".TrimEnd());

        foreach (var share in verdict.Destinations)
        {
            var host = share.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{share.Host}:{port}") : share.Host;
            yield return new("to", $"{Words.Percent(share.Percent)} {Words.Destination(host, share.Subset)}");
            yield return new("sent as", $"{share.Method} {share.Target} {string.Join(", ", share.Headers.Select(Text))}");
        }

        foreach (var effect in verdict.Effects)
            yield return new(effect.Name, effect.Text);

        static string Text(Header header) => $"{header.Name}: {header.Value}";
    }
}
