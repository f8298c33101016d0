namespace MessageBoard.Mesh.Loading;

/// <summary>
/// The syntax of CEL expressions (https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax), of which Istio looks at no more.
/// </summary>
internal static partial class CelSyntax
{
    /// <summary>What is wrong with an expression; null for nothing.</summary>
    public static string? Problem(string expression)
    {
        var reader = new Reader(expression);
        return reader.IsWhole() ? null : $"is no CEL expression: it cannot be read from character {reader.Position + 1} on";
    }

    [GeneratedRegex(
        """
        \G(?:\s|//[^\n]*)*(?:(?<text>[rRbB]{0,2}(?:\"{3}(?s:.*?)\"{3}|'{3}(?s:.*?)'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'))
        |(?<number>0x[0-9a-fA-F]+u?|[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|[0-9]+[uU]?)
        |(?<name>[_a-zA-Z][_a-zA-Z0-9]*)|(?<sign>\|\||&&|[<>=!]=|[-+*/%<>!?:.,()\[\]{}])|(?<end>\z))
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();

    private sealed class Reader
    {
        private const int MaxDepth = 250; // cel-go's

        private static readonly string[]
            Relations = ["<", "<=", ">", ">=", "==", "!=", "in"], Sums = ["+", "-"], Products = ["*", "/", "%"];

        private readonly string _expression;
        private Match _token;
        private int _depth;

        public Reader(string expression)
        {
            _expression = expression;
            _token = Token().Match(expression);
        }

        public int Position { get; private set; }

        public bool IsWhole() => Expression() && _token.Groups["end"].Success;

        private bool Expression()
        {
            if (++_depth > MaxDepth)
                return false;

            var read = Choice();
            _depth--;
            return read;
        }

        private bool Choice() => Chain(["||"], () => Chain(["&&"], Relation)) && (!Take("?") || (Chain(["||"], () =>
            Chain(["&&"], Relation)) && Take(":") && Expression()));

        private bool Relation() => Chain(Relations, () => Chain(Sums, () => Chain(Products, Unary)));

        private bool Chain(string[] signs, Func<bool> part)
        {
            do
            {
                if (!part())
                    return false;
            }
            while (TakeOne(signs));

            return true;
        }

        private bool Unary()
        {
            var sign = _token.Value.Trim();
            while (sign is "!" or "-" && Take(sign))
            {
            }

            return Primary() && Members();
        }

        private bool Primary()
        {
            if (_token.Groups["text"].Success || _token.Groups["number"].Success)
                return Next();

            if (Take("("))
                return Expression() && Take(")");

            if (Take("["))
                return List("]", Expression);

            if (Take("{"))
                return List("}", () => Expression() && Take(":") && Expression());

            Take(".");
            return Name() && (!Take("(") || List(")", Expression));
        }

        private bool Members()
        {
            while (true)
            {
                if (Take("."))
                {
                    Take("?");
                    if (!Name() || (Take("(") && !List(")", Expression)))
                        return false;
                }
                else if (Take("["))
                {
                    Take("?");
                    if (!Expression() || !Take("]"))
                        return false;
                }
                else if (!Take("{"))
                {
                    return true;
                }
                else if (!List("}", () => Name() && Take(":") && Expression()))
                {
                    return false;
                }
            }
        }

        private bool List(string end, Func<bool> item)
        {
            while (!Take(end))
            {
                if (!item())
                    return false;

                if (!Take(","))
                    return Take(end);
            }

            return true;
        }

        private bool Name() => _token.Groups["name"].Success && _token.Groups["name"].Value is not "in" && Next();

        private bool TakeOne(string[] signs) => signs.Any(Take);

        private bool Take(string sign) =>
            (_token.Groups["sign"].Value == sign || (sign == "in" && _token.Groups["name"].Value == sign)) && Next();

        private bool Next()
        {
            Position = _token.Index + _token.Length;
            _token = Token().Match(_expression, Position);
            return true;
        }
    }
}
