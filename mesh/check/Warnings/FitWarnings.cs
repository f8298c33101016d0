using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Fitting;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>What does not fit together, as warnings: Istio takes each resource by itself, too.</summary>
internal static class FitWarnings
{
    private static readonly string[] References = ["route", "mirrors", "backendRefs", "filters", "delegate", "egressProxy"];

    public static IEnumerable<Warning> Find(Fit fit) =>
        from problem in fit.Problems
        let resource = problem.Resource
        where resource is not null
        select new Warning(CodeOf(problem), resource, problem.File, problem.Line ?? 1, problem.Message);

    private static string? CodeOf(MeshProblem problem) => (problem.Resource?.Kind, problem.Path?.Name) switch
    {
        ("VirtualService", "hosts") => HostWarnings.Code,
        (_, { } field) when References.Contains(field) => "IST0101",
        _ => null,
    };
}
