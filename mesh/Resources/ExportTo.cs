namespace MessageBoard.Mesh.Resources;

/// <summary>Who sees a resource, by its <c>exportTo</c>, in which its own namespace stands by its name.</summary>
public static class ExportTo
{
    /// <summary>Whether it is seen in a namespace. Without any it is seen everywhere; <c>~</c> is nobody.</summary>
    public static bool IsVisibleIn(this IReadOnlyList<string> exportTo, string ns) =>
        exportTo.Count == 0 || exportTo.Contains("*") || exportTo.Contains(ns);
}
