namespace MessageBoard.Mesh.Resources;

/// <summary>
/// Paths of policies with gaps
/// (https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation): <c>{*}</c> is one segment, <c>{**}</c>, at
/// the end, all that follows.
/// </summary>
public static class PathTemplate
{
    /// <summary>One segment.</summary>
    public const string One = "{*}";

    /// <summary>All that follows.</summary>
    public const string Rest = "{**}";

    /// <summary>Whether a path has a gap.</summary>
    public static bool Is(string path) => path.Contains(One, StringComparison.Ordinal) || path.Contains(Rest, StringComparison.Ordinal);

    /// <summary>What matches the same paths.</summary>
    public static Regex Compile(string path) => new(
        $@"\A{string.Join('/', path.Split('/').Select(Segment))}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static string Segment(string segment) => segment switch
    {
        One => "[^/]+",
        Rest => @"[\s\S]*",
        _ => Regex.Escape(segment),
    };
}
