using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Fitting;

/// <summary>Checks what has to fit together across files: names, hosts, subsets and services.</summary>
internal static class FitCheck
{
    /// <summary>All that became of the files' resources.</summary>
    public static IReadOnlyList<ResourceStatus> Check(GivenMesh mesh)
    {
        var problems = new List<MeshProblem>();
        foreach (var folder in mesh.Files.Select(file => file.Folder).Distinct())
        {
            var own = mesh.Files.Where(file => file.Folder == folder).SelectMany(file => file.Content.Resources).ToArray();
            var names = own.Select(resource => resource.Key).ToHashSet();
            // Nearer folders first, as the first of several stays in force.
            var above = mesh.Files.Where(file => IsAbove(file.Folder, folder))
                .OrderByDescending(file => file.Folder.Length)
                .SelectMany(file => file.Content.Resources);
            var inherited = above.Where(resource => names.Add(resource.Key));
            problems.AddRange(Compile(mesh, own, [.. inherited]));
        }

        var byResource = problems.Distinct().ToLookup(problem => (problem.File, problem.Resource));
        return [.. mesh.Files.SelectMany(file => file.Content.Statuses)
            .Select(status => WithProblems(status, byResource[(status.File, status.Key)]))];
    }

    private static bool IsAbove(string folder, string other) =>
        folder != other && (folder.Length == 0 || other.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    // What is above was compiled for itself: only what is wrong with the folder's own resources is told.
    private static IEnumerable<MeshProblem> Compile(GivenMesh mesh, IMeshResource[] own, IMeshResource[] inherited)
    {
        IMeshResource[] all = [.. own, .. inherited];
        var files = own.Select(resource => resource.File).ToHashSet();
        return mesh.Compile(all, new() { Gateways = GivenMesh.Gateways(all) }).Problems
            .Where(problem => files.Contains(problem.File))
            .Select(problem => problem with { Line = problem.Line ?? mesh.Find(problem.File, problem.Resource)?.LineOf(problem.Path) });
    }

    private static ResourceStatus WithProblems(ResourceStatus status, IEnumerable<MeshProblem> problems) =>
        problems.ToArray() is { Length: > 0 } found && status.State == ResourceState.Accepted
            ? status with { State = ResourceState.Refused, Problems = [.. status.Problems, .. found] }
            : status;
}
