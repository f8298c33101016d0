using MessageBoard.MeshCheck;

namespace MessageBoard.Mesh.Tests.Check;

/// <summary>The tool, in this process.</summary>
internal static class MeshCheck
{
    public static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        return (Command.Run(args, output, error), output.ToString(), error.ToString());
    }
}
