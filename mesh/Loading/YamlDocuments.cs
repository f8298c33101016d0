using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Loading;

/// <summary>Reads the documents of a YAML text that anybody may have written.</summary>
internal static class YamlDocuments
{
    /// <summary>Some editors put it first; to YamlDotNet it would be a part of the first key.</summary>
    public const char ByteOrderMark = '\uFEFF';

    private const int MaxDepth = 50;

    /// <summary>The documents' root nodes.</summary>
    /// <exception cref="YamlException">The text is no YAML, is nested too deeply, or has an alias.</exception>
    public static IReadOnlyList<YamlNode> Read(string text)
    {
        text = text.TrimStart(ByteOrderMark);
        var parser = new Parser(new StringReader(text));
        try
        {
            CheckNesting(parser);
            var stream = new YamlStream();
            stream.Load(parser = new Parser(new StringReader(text)));
            return [.. stream.Documents.Select(document => document.RootNode)];
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's own state machine trips over some broken texts.
            var (start, end) = parser.Current is { } last ? (last.Start, last.End) : (Mark.Empty, Mark.Empty);
            throw new YamlException(start, end, "no YAML can be read after this", exception);
        }
    }

    // Nodes are built and compared recursively, and aliases can make a small text huge: both are found out in the flat events first.
    private static void CheckNesting(Parser parser)
    {
        var depth = 0;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            if (current is AnchorAlias)
                throw new YamlException(current.Start, current.End, "aliases are not allowed");

            depth += current.NestingIncrease;
            if (depth > MaxDepth)
                throw new YamlException(current.Start, current.End, $"nested more than {MaxDepth} deep");
        }
    }
}
