namespace MessageBoard.Mesh.Resources;

/// <summary>
/// Istio's patterns of authorization: <c>text</c>, <c>prefix*</c>, <c>*suffix</c>, or <c>*</c> for anything that is not empty.
/// </summary>
/// <param name="Text">The pattern as it was written.</param>
public readonly record struct TextPattern(string Text)
{
    /// <summary>Whether <paramref name="value"/> matches.</summary>
    public bool IsMatch(string value, StringComparison comparison = StringComparison.Ordinal) => Text switch
    {
        "*" => value.Length > 0,
        ['*', .. var suffix] => value.EndsWith(suffix, comparison),
        [.. var prefix, '*'] => value.StartsWith(prefix, comparison),
        _ => value.Equals(Text, comparison),
    };
}
