using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Loading;

/// <summary>Reads the documents of a YAML text that anybody may have written.</summary>
internal static class YamlDocuments
{
    /// <summary>Some editors put it first; to YamlDotNet it would be a part of the first key.</summary>
    public const char ByteOrderMark = '\uFEFF';

    /// <summary>How many keys, values, lists and mappings one text may have: some 2,000 VirtualServices.</summary>
    public const int MaxItems = 100_000;

    /// <summary>How many documents one text may have.</summary>
    public const int MaxDocuments = 10_000;

    private const int MaxDepth = 50;

    /// <summary>The documents' root nodes, with the places of everything in the text.</summary>
    /// <exception cref="YamlException">The text is no YAML, is nested too deeply, has an alias or too much of anything.</exception>
    public static IReadOnlyList<YamlNode> Read(string text) => Guarded(text, parser =>
    {
        var stream = new YamlStream();
        stream.Load(parser);
        return stream.Documents.Select(document => document.RootNode).ToArray();
    });

    /// <summary>The documents' roots: all that is needed to read resources, several times faster than <see cref="Read"/>.</summary>
    /// <exception cref="YamlException">As <see cref="Read"/>.</exception>
    public static IReadOnlyList<YamlItem> ReadItems(string text) => Guarded(text, parser =>
    {
        var documents = new List<YamlItem>();
        while (parser.MoveNext())
        {
            if (parser.Current is DocumentStart)
            {
                parser.MoveNext();
                documents.Add(ReadItem(parser));
            }
        }

        return documents;
    });

    private static T Guarded<T>(string text, Func<GuardedParser, T> read)
    {
        var parser = new GuardedParser(new Parser(new StringReader(text.TrimStart(ByteOrderMark))));
        try
        {
            return read(parser);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's own state machine trips over some broken texts.
            var (start, end) = parser.Current is { } last ? (last.Start, last.End) : (Mark.Empty, Mark.Empty);
            throw new YamlException(start, end, "no YAML can be read after this", exception);
        }
    }

    private static YamlItem ReadItem(GuardedParser parser)
    {
        var current = parser.Current!;
        var line = (int)current.Start.Line;
        switch (current)
        {
            case Scalar scalar:
                return new YamlText(scalar.Value, scalar.Style == ScalarStyle.Plain, line);

            case SequenceStart:
                var list = new YamlList(line);
                while (parser.MoveNext() && parser.Current is not SequenceEnd)
                    list.Items.Add(ReadItem(parser));

                return list;

            case MappingStart:
                var map = new YamlMap(line);
                while (parser.MoveNext() && parser.Current is { } start and not MappingEnd)
                {
                    var key = ReadItem(parser);
                    parser.MoveNext();
                    if (!map.TryAdd(key, ReadItem(parser)))
                        throw new YamlException(start.Start, start.End, $"'{((YamlText)key).Value}' is here for the second time");
                }

                return map;

            default:
                throw new YamlException(current.Start, current.End, "a value is missing");
        }
    }

    /// <summary>
    /// Stops a parser in time: nodes are built recursively, aliases can make a small text huge, and tags can make of a value what
    /// it is not.
    /// </summary>
    private sealed class GuardedParser(Parser parser) : IParser
    {
        private int _depth, _items, _documents;

        public ParsingEvent? Current => parser.Current;

        public bool MoveNext()
        {
            if (!parser.MoveNext())
                return false;

            var current = parser.Current!;
            if ((_depth += current.NestingIncrease) > MaxDepth)
                Refuse($"nested more than {MaxDepth} deep");

            if (current is DocumentStart && ++_documents > MaxDocuments)
                Refuse($"more than {MaxDocuments} documents");

            if (current is AnchorAlias)
                Refuse("aliases are not allowed");

            if (current is NodeEvent node)
            {
                if (++_items > MaxItems)
                    Refuse($"more than {MaxItems} keys and values");

                if (!node.Tag.IsEmpty)
                    Refuse("tags are not allowed");
            }

            return true;

            void Refuse(string why) => throw new YamlException(current.Start, current.End, why);
        }
    }
}
