using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Resources;

/// <summary>Istio's StringMatch: exact, a prefix, or a regular expression that the whole text has to match.</summary>
public abstract record StringMatch
{
    /// <summary>Whether <paramref name="text"/> matches.</summary>
    public abstract bool IsMatch(string text, bool ignoreCase = false);

    /// <summary>The same text.</summary>
    public sealed record Exact(string Value) : StringMatch
    {
        /// <inheritdoc/>
        public override bool IsMatch(string text, bool ignoreCase = false) => text.Equals(Value, Comparison(ignoreCase));
    }

    /// <summary>Text that begins so.</summary>
    public sealed record Prefix(string Value) : StringMatch
    {
        /// <inheritdoc/>
        public override bool IsMatch(string text, bool ignoreCase = false) => text.StartsWith(Value, Comparison(ignoreCase));
    }

    /// <summary>
    /// A path whose first segments are these: <c>/a</c> and <c>/a/b</c>, not <c>/ab</c>, for the value <c>/a</c>. Gateway API's PathPrefix.
    /// </summary>
    public sealed record PathPrefix(string Value) : StringMatch
    {
        /// <inheritdoc/>
        public override bool IsMatch(string text, bool ignoreCase = false) =>
            text.StartsWith(Value, Comparison(ignoreCase)) && (text.Length == Value.Length || text[Value.Length] == '/');
    }

    /// <summary>Text that the expression matches from beginning to end. As in RE2 the time is linear in the text.</summary>
    public sealed record Regular(Re2 Expression) : StringMatch
    {
        /// <inheritdoc/>
        public override bool IsMatch(string text, bool ignoreCase = false) => Expression.Regex.IsMatch(text);

        /// <summary>Reads an expression; throws <see cref="ArgumentException"/> where RE2 would refuse it.</summary>
        public static Regular Parse(string expression) => new(Re2.ParseWhole(expression));
    }

    /// <summary>Any text: the header only has to be there.</summary>
    public sealed record Present : StringMatch
    {
        /// <inheritdoc/>
        public override bool IsMatch(string text, bool ignoreCase = false) => true;
    }

    private static StringComparison Comparison(bool ignoreCase) =>
        ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
