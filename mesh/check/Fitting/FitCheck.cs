using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Fitting;

/// <summary>Checks what has to fit together across files: names, hosts, subsets and services.</summary>
internal static class FitCheck
{
    /// <summary>Checks each folder with what stands above it.</summary>
    public static Fit Check(GivenMesh mesh)
    {
        var problems = new List<MeshProblem>();
        var judged = new Dictionary<ResourceStatus, ResourceStatus>(ReferenceEqualityComparer.Instance);
        foreach (var folder in mesh.Files.Select(file => file.Folder).Distinct())
        {
            var files = mesh.Files.Where(file => file.Folder == folder).Select(file => file.Content).ToArray();
            var own = files.SelectMany(file => file.Resources).ToArray();
            var names = own.Select(resource => resource.Key).ToHashSet();
            // Nearer folders first, as the first of several stays in force.
            var above = mesh.Files.Where(file => IsAbove(file.Folder, folder))
                .OrderByDescending(file => file.Folder.Length)
                .SelectMany(file => file.Content.Resources);
            IMeshResource[] all = [.. own, .. above.Where(resource => names.Add(resource.Key))];
            var statuses = files.SelectMany(file => file.Statuses).ToArray();
            var snapshot = mesh.Compile(all, statuses, new() { Gateways = GivenMesh.Gateways(all) });

            // What is above was compiled for itself: only what is wrong with the folder's own resources is told.
            var ownFiles = own.Select(resource => resource.File).ToHashSet();
            problems.AddRange(snapshot.Problems.Where(problem => ownFiles.Contains(problem.File)));
            foreach (var (status, judgement) in statuses.Zip(snapshot.Statuses))
                judged[status] = judgement.Status;
        }

        return new(
            [.. mesh.Files.SelectMany(file => file.Content.Statuses).Select(status => judged[status])],
            [.. problems.Distinct().Select(problem => problem with
            {
                Line = problem.Line ?? mesh.Find(problem.File, problem.Resource)?.LineOf(problem.Path),
            })]);
    }

    private static bool IsAbove(string folder, string other) =>
        folder != other && (folder.Length == 0 || other.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));
}
