using System.Reflection;

namespace MessageBoard.UserService.Users;

/// <summary>The lists that are built in.</summary>
internal static class Lists
{
    /// <summary>A list's lines, without the comments at its beginning.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
                yield return line;
        }
    }
}
