using MessageBoard.Mesh.Loading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Editing;

/// <summary>
/// Changes single keys and items in the text of a YAML document, and leaves every other character as it is: comments, line
/// ends, blanks, quotes, block and flow style. After each change the text is read again; when it does not say exactly what was
/// meant, the change is refused.
/// </summary>
internal sealed class YamlEditor
{
    private readonly string _newLine;
    private readonly YamlNode _expected;
    private YamlNode _root;
    private Dictionary<long, int> _flowEnds;

    /// <summary>Begins with a document.</summary>
    /// <param name="text">Its text, without markers and byte order mark.</param>
    /// <param name="newLine">How the lines of its file end.</param>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    public YamlEditor(string text, string newLine)
    {
        (Text, _newLine) = (text, newLine);
        (_root, _expected, _flowEnds) = (Parse(text), Parse(text), FlowEnds(text));
    }

    /// <summary>The text as it is by now.</summary>
    public string Text { get; private set; }

    /// <summary>The node at this place; null when there is none, or YAML's null.</summary>
    public YamlNode? Find(FieldPath path) => Find(_root, path) is { } node && !IsNull(node) ? node : null;

    /// <summary>Sets the key of a mapping; a new one goes to its end.</summary>
    /// <exception cref="YamlEditException">It cannot be done safely.</exception>
    public void Set(FieldPath path, YamlNode value)
    {
        var (mapping, key) = (Mapping(_root, path.Parent), path.Name!);
        if (mapping.Children.TryGetValue(new YamlScalarNode(key), out var old))
        {
            if (old.Equals(value))
                return;

            if (old is not YamlScalarNode { Style: not (ScalarStyle.Literal or ScalarStyle.Folded) }
                || (value is not YamlScalarNode && !IsNull(old)))
                throw Unsafe(key, old);

            var (start, end) = Range(old);
            Splice(start, end, (start == end ? " " : "") + YamlWriter.Flow(value, IsJson(mapping)));
        }
        else
        {
            Append(mapping, key, value);
        }

        Mapping(_expected, path.Parent).Children[new YamlScalarNode(key)] = value;
        Verify(key);
    }

    /// <summary>Takes an item out of its list, or a key out of its mapping, if it is there.</summary>
    /// <exception cref="YamlEditException">It cannot be done safely, or it is the only one.</exception>
    public void Remove(FieldPath path)
    {
        if (path.Name is null)
            RemoveItem(path);
        else
            RemoveKey(path, path.Name);
    }

    /// <summary>Puts an item before another one, and before the comments above that one.</summary>
    /// <exception cref="YamlEditException">It cannot be done safely.</exception>
    public void Insert(FieldPath path, YamlMappingNode item)
    {
        var (sequence, index) = (Sequence(_root, path.Parent), path.Index);
        var next = sequence.Children[index];
        if (sequence.Style == SequenceStyle.Flow)
        {
            Splice((int)next.Start.Index, (int)next.Start.Index, YamlWriter.Flow(item, IsJson(next)) + ", ");
        }
        else
        {
            var dash = Dash(sequence, next);
            var line = StartOfLine(dash);
            while (line > 0 && IsCommentAt(LineBefore(line), dash - StartOfLine(dash)))
                line = LineBefore(line);

            var indent = Text[StartOfLine(dash)..dash];
            Splice(line, line, $"{indent}- {YamlWriter.Block(item, indent.Length + 2, _newLine)}{_newLine}");
        }

        Sequence(_expected, path.Parent).Children.Insert(index, item);
        Verify($"item {index}");
    }

    /// <summary>Puts an item behind the last one of a list.</summary>
    /// <exception cref="YamlEditException">It cannot be done safely.</exception>
    public void Append(FieldPath list, YamlMappingNode item)
    {
        var sequence = Sequence(_root, list);
        var last = sequence.Children[^1];
        var end = Range(last).End;
        if (sequence.Style == SequenceStyle.Flow)
        {
            Splice(end, end, $", {YamlWriter.Flow(item, IsJson(last))}");
        }
        else
        {
            var (dash, at) = (Dash(sequence, last), DocumentText.EndOfLine(Text, end));
            RequireBlank("the last item", end, at);
            var indent = Text[StartOfLine(dash)..dash];
            var line = $"{indent}- {YamlWriter.Block(item, indent.Length + 2, _newLine)}";
            Splice(at, at, EndsWithBreak(at) ? line + _newLine : _newLine + line);
        }

        Sequence(_expected, list).Children.Add(item);
        Verify("the last item");
    }

    /// <summary>The line of a field, or of the nearest one around it that is there; null for none.</summary>
    public static int? LineOf(string text, FieldPath? path)
    {
        for (var root = Parse(text); path is not null; path = path.Parent)
        {
            if (Find(root, path) is { } node)
                return (int)node.Start.Line;
        }

        return null;
    }

    private void RemoveKey(FieldPath path, string key)
    {
        var mapping = Mapping(_root, path.Parent);
        var name = new YamlScalarNode(key);
        if (!mapping.Children.TryGetValue(name, out var value))
            return;

        var start = (int)mapping.Children.Keys.First(child => child.Equals(name)).Start.Index;
        if (mapping.Style == MappingStyle.Flow)
            CutFlow(start, Range(value).End, isItem: false);
        else if (mapping.Children.Count > 1)
            CutLines(key, start, Range(value).End, isLast: mapping.Children.Last().Key.Equals(name));
        else
            throw Unsafe(key, value);

        Mapping(_expected, path.Parent).Children.Remove(name);
        Verify(key);
    }

    private void RemoveItem(FieldPath path)
    {
        var (sequence, index) = (Sequence(_root, path.Parent), path.Index);
        var item = sequence.Children[index];
        if (sequence.Children.Count == 1)
            throw Unsafe($"item {index}", item);

        if (sequence.Style == SequenceStyle.Flow)
            CutFlow(Range(item).Start, Range(item).End, isItem: true);
        else
            CutLines($"item {index}", Dash(sequence, item), Range(item).End, isLast: true);

        Sequence(_expected, path.Parent).Children.RemoveAt(index);
        Verify($"item {index}");
    }

    private static YamlNode Parse(string text) =>
        YamlDocuments.Read(text) is [var root] ? root : throw new YamlException("has to be one document");

    // A node knows where it begins only: the ends of what stands in braces and brackets, by their beginnings.
    private static Dictionary<long, int> FlowEnds(string text)
    {
        var ends = new Dictionary<long, int>();
        var open = new Stack<long>();
        for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
        {
            if (parser.Current is MappingStart or SequenceStart)
                open.Push(parser.Current.Start.Index);
            else if (parser.Current is MappingEnd or SequenceEnd)
                ends[open.Pop()] = (int)parser.Current.End.Index + 1; // the event stands before the bracket
        }

        return ends;
    }

    private static YamlNode? Find(YamlNode root, FieldPath? path) => path is null ? root : Find(root, path.Parent) switch
    {
        YamlMappingNode mapping when path.Name is not null && mapping.Children.TryGetValue(new YamlScalarNode(path.Name), out var child) =>
            child,
        YamlSequenceNode sequence when path.Name is null && path.Index < sequence.Children.Count => sequence.Children[path.Index],
        _ => null,
    };

    private static YamlMappingNode Mapping(YamlNode root, FieldPath? path) =>
        Find(root, path) as YamlMappingNode ?? throw new YamlEditException("a mapping is not where it has to be");

    private static YamlSequenceNode Sequence(YamlNode root, FieldPath? path) =>
        Find(root, path) as YamlSequenceNode ?? throw new YamlEditException("a list is not where it has to be");

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } && YamlWords.IsNull(text);

    private static bool IsJson(YamlNode node) => node is YamlMappingNode { Style: MappingStyle.Flow, Children: { Count: > 0 } children }
        && children.First().Key is YamlScalarNode { Style: ScalarStyle.DoubleQuoted };

    private static YamlEditException Unsafe(string what, YamlNode node) =>
        new($"line {node.Start.Line}: '{what}' is written in a way that cannot be changed here without changing more; edit the YAML");

    private void Append(YamlMappingNode mapping, string key, YamlNode value)
    {
        var (start, end) = Range(mapping);
        if (mapping.Style == MappingStyle.Flow)
        {
            var entry = YamlWriter.Flow(new YamlMappingNode(new YamlScalarNode(key), value), IsJson(mapping))[1..^1];
            if (Text[start] != '{')
                throw Unsafe(key, mapping);

            if (mapping.Children.Count == 0)
                Splice(start + 1, start + 1, entry);
            else
                Splice(Range(mapping.Children.Last().Value).End, Range(mapping.Children.Last().Value).End, $", {entry}");

            return;
        }

        var at = DocumentText.EndOfLine(Text, end);
        RequireBlank(key, end, at);
        var indent = (int)mapping.Children.First().Key.Start.Column - 1;
        var line = new string(' ', indent) + YamlWriter.BlockEntry(key, value, indent, _newLine);
        Splice(at, at, EndsWithBreak(at) ? line + _newLine : _newLine + line);
    }

    // Whole lines, from a key or a dash to the end of its value and the comment behind that.
    private void CutLines(string what, int start, int end, bool isLast)
    {
        var (line, after) = (StartOfLine(start), DocumentText.EndOfLine(Text, end));
        RequireBlank(what, end, after);
        var before = Text.AsSpan(line, start - line);
        if (before.IsWhiteSpace())
        {
            // The last line of a text that does not end with a break takes the break before it along.
            var from = EndsWithBreak(after) || line == 0 ? line : line - (EndsWithCrLf(line) ? 2 : 1);
            Splice(from, after, "");
        }
        else if (!isLast && before.IndexOfAnyExcept(' ', '-') < 0)
        {
            // The first key of an item stands behind its dash; the next one comes to its place.
            while (after < Text.Length && Text[after] == ' ')
                after++;

            Splice(start, after, "");
        }
        else
        {
            throw new YamlEditException($"'{what}' is not on lines of its own; edit the YAML");
        }
    }

    // Each with the comma it came with: a key that was added to the end, and an item that was put before another.
    private void CutFlow(int start, int end, bool isItem)
    {
        var before = start;
        while (char.IsWhiteSpace(Text[before - 1]))
            before--;

        var after = SkipWhiteSpace(end);
        var isFollowed = after < Text.Length && Text[after] == ',';
        if (Text[before - 1] == ',' && !(isItem && isFollowed))
            Splice(before - 1, end, "");
        else
            Splice(start, isFollowed ? SkipWhiteSpace(after + 1) : end, "");
    }

    private int Dash(YamlSequenceNode sequence, YamlNode item)
    {
        var column = (int)sequence.Start.Column - 1;
        for (var line = StartOfLine((int)item.Start.Index); line >= 0; line = line == 0 ? -1 : LineBefore(line))
        {
            var dash = line + column;
            if (dash < Text.Length && Text[dash] == '-' && Text.AsSpan(line, column).IsWhiteSpace())
                return dash;

            if (line <= sequence.Start.Index)
                break;
        }

        throw Unsafe("-", item);
    }

    // The parser's own end of a block lies where the next thing begins, comments and all.
    private (int Start, int End) Range(YamlNode node)
    {
        var (start, end) = ((int)node.Start.Index, (int)node.End.Index);
        switch (node)
        {
            case YamlScalarNode { Style: ScalarStyle.Literal or ScalarStyle.Folded }:
                return (start, Text.AsSpan(0, end).TrimEnd().Length);
            case YamlMappingNode { Style: not MappingStyle.Flow } mapping:
                return (start, Range(mapping.Children.Last().Value).End);
            case YamlSequenceNode { Style: not SequenceStyle.Flow } sequence:
                return (start, Range(sequence.Children.Last()).End);
            case YamlScalarNode:
                return (start, end);
            default:
                return (start, _flowEnds[start]);
        }
    }

    private int StartOfLine(int position) => Text.AsSpan(0, position).LastIndexOfAny(DocumentText.LineBreaks) + 1;

    private int LineBefore(int line) => StartOfLine(line - (EndsWithCrLf(line) ? 2 : 1));

    private bool EndsWithCrLf(int end) => end > 1 && Text[end - 1] == '\n' && Text[end - 2] == '\r';

    private bool IsCommentAt(int line, int indent) =>
        line + indent < Text.Length && Text[line + indent] == '#' && Text.AsSpan(line, indent).IsWhiteSpace();

    private int SkipWhiteSpace(int position)
    {
        while (position < Text.Length && char.IsWhiteSpace(Text[position]))
            position++;

        return position;
    }

    private bool EndsWithBreak(int end) => end > 0 && DocumentText.LineBreaks.Contains(Text[end - 1]);

    private void RequireBlank(string what, int from, int to)
    {
        if (!DocumentText.IsBlank(Text.AsSpan(from, to - from)))
            throw new YamlEditException($"'{what}' is not on lines of its own; edit the YAML");
    }

    private void Splice(int start, int end, string text) => Text = string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(end));

    private void Verify(string what)
    {
        try
        {
            (_root, _flowEnds) = (Parse(Text), FlowEnds(Text));
        }
        catch (YamlException)
        {
            _root = new YamlScalarNode();
        }

        if (!_root.Equals(_expected))
            throw new YamlEditException($"'{what}' cannot be changed here without changing more; edit the YAML");
    }
}

/// <summary>An edit that cannot be made without touching more than was meant.</summary>
internal sealed class YamlEditException(string message) : Exception(message);
