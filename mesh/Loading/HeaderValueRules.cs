namespace MessageBoard.Mesh.Loading;

/// <summary>What Istio takes as the value of a header: <c>ValidateHTTPHeaderValue</c> (pkg/config/validation/validation.go).</summary>
internal static partial class HeaderValueRules
{
    /// <summary>What is wrong with a value; null for nothing.</summary>
    public static string? Problem(string text) =>
        text.Any(letter => letter is (< ' ' and not '\t') or '\u007F') ? "is no header value: it has a control character"
        : text.Contains('%') && !Commands().IsMatch(text)
            ? "is no header value: a '%' has to be written as '%%', or to begin a command that ends with one"
        : null;

    // As in header_value_validator.go beside it: %NAME%, %NAME(argument)% and %NAME(["argument", "argument"])%.
    [GeneratedRegex("""
        \A(?:[^%]|%%|%[^%(]+%
        |%[^%(]*\([ ]*(?:\[[ ]*"|[^ \[])(?:\\.|[^\\)"])*(?:"[ ]*,[ ]*"(?:\\.|[^\\)"])*)*(?:\)|"[ ]*\][ ]*\))[ ]*%)*\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline)]
    private static partial Regex Commands();
}
