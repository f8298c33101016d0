namespace MessageBoard.MeshCheck;

/// <summary>The command line.</summary>
public static class Command
{
    private const int Fine = 0, Refused = 1, Unreadable = 2;

    private const string Usage = """
        Usage: scripts/mesh-check.sh [--json] FILE|FOLDER...

        Checks Istio resources as `istioctl validate` does, without a cluster, and says
        what of them the local mesh carries out. Folders are searched for *.yaml and
        *.yml, with all folders below: a folder below replaces what is of the same
        name above it.

          --json   the same for machines
          --help   this text

        A line for each resource, and below it why it is refused, or, as a note, what
        is accepted and has no effect on one machine. Other systems' kinds are passed
        over by name. Subsets and services are looked up in the given files, where
        these have any DestinationRule or ServiceEntry at all.

        Exit code: 0 all is well, 1 something is refused, 2 something could not be
        read, or a wrong option.
        """;

    /// <summary>Runs it.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where the report goes.</param>
    /// <param name="error">Where what could not be done goes.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        if (args.Any(arg => arg is "--help" or "-h"))
        {
            output.WriteLine(Usage);
            return Fine;
        }

        var paths = args.Where(arg => arg != "--json").ToArray();
        if (paths.FirstOrDefault(path => path.StartsWith('-')) is { } option)
            return Fail($"unknown option '{option}'; see --help");

        if (paths.Length == 0)
            return Fail("no file or folder is given; see --help");

        var (files, unreadable) = GivenFiles.Read(paths);
        var resources = FitCheck.Check(files);
        if (args.Contains("--json"))
            Report.WriteJson(resources, unreadable, output);
        else
            Report.WriteText(resources, unreadable, output, error);

        return unreadable.Count > 0
            ? Unreadable
            : resources.Any(resource => resource.State == Mesh.Resources.ResourceState.Refused) ? Refused : Fine;

        int Fail(string message)
        {
            error.WriteLine($"mesh-check.sh: {message}");
            return Unreadable;
        }
    }
}
