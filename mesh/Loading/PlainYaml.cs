using System.Buffers;

namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Reads documents as nearly all are written, some ten times faster than a parser of all of YAML: ASCII, indented mappings and lists,
/// values and flow collections that end on their line, quotes without escapes. Of anything else, and of all that might be wrong, it says
/// that it does not know: then <see cref="YamlDocuments"/> decides, whose result would be the same.
/// </summary>
/// <param name="text">The file's text.</param>
internal sealed class PlainYaml(string text)
{
    // Far less than YamlDocuments allows.
    private const int MaxDepth = 30, MaxItems = 5_000;

    private static readonly SearchValues<char> Known = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(character => (char)character), '\n']);

    // Where one of these begins a value it means more than itself; ':', '?' and '-' may not.
    private static readonly SearchValues<char> Indicators = SearchValues.Create(",[]{}#&*!|>'\"%@`:?");

    // Of odd keys the parser of all of YAML has its own opinion.
    private static readonly SearchValues<char> InKey = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-");

    private static readonly SearchValues<char> InFlow = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+*()$=;^~\\<-");

    // The same few words stand in all documents; of each there is one.
    private readonly string?[] _words = new string?[256];

    // Behind the present line, and that line from its first character on: where, in which column, and its number. No column: the end.
    private int _next, _end, _position, _lineEnd, _column, _line;

    /// <summary>How many keys, values, lists and mappings the last document had.</summary>
    public int Items { get; private set; }

    /// <summary>Whether a text is one that may be read document by document.</summary>
    public static bool IsKnown(string text) =>
        !text.AsSpan().ContainsAnyExcept(Known) && text is not ['%' or '.', ..]
            && !text.Contains("\n%", StringComparison.Ordinal) && !text.Contains("\n...", StringComparison.Ordinal);

    /// <summary>Reads a document; null when it is for <see cref="YamlDocuments"/>.</summary>
    /// <param name="document">Its place in the text.</param>
    public YamlItem? Read(DocumentText document)
    {
        // What stands on the marker's own line is another matter.
        if (document.Start > 0 && !IsMarker(document.Start))
            return null;

        (_next, _end, _line, Items) = (document.Start, document.End, document.Line - 1, 0);
        if (!NextLine())
            return null;

        var read = ReadBlock(0);
        return _column < 0 ? read : null;
    }

    private bool IsMarker(int end) =>
        end >= 4 && text.AsSpan(end - 4, 4) is "---\n" && (end == 4 || text[end - 5] == '\n');

    /// <summary>Goes to the next line that says something; false at the end.</summary>
    private bool NextLine()
    {
        while (_next < _end)
        {
            var start = _next;
            var length = text.AsSpan(start, _end - start).IndexOf('\n');
            (_lineEnd, _next) = length < 0 ? (_end, _end) : (start + length, start + length + 1);
            _line++;
            var indent = text.AsSpan(start, _lineEnd - start).IndexOfAnyExcept(' ');
            if (indent < 0 || text[start + indent] == '#')
                continue;

            (_position, _column) = (start + indent, indent);
            return true;
        }

        _column = -1;
        return false;
    }

    private YamlItem? ReadBlock(int depth) =>
        depth > MaxDepth ? null : IsEntry ? ReadList(depth) : HasKey() ? ReadMap(depth) : null;

    private bool IsEntry => text[_position] == '-' && (_position + 1 == _lineEnd || text[_position + 1] == ' ');

    private YamlList? ReadList(int depth)
    {
        var column = _column;
        var list = new YamlList(_line);
        Items++;
        while (_column == column && IsEntry)
        {
            if (Items > MaxItems)
                return null;

            var start = _position++;
            if (!SkipBlanks())
                return null;

            YamlItem? item;
            if (_position == _lineEnd)
            {
                item = NextLine() && _column > column ? ReadBlock(depth + 1) : null;
            }
            else
            {
                _column += _position - start;
                item = IsEntry || HasKey() ? ReadBlock(depth + 1) : ReadValue(depth + 1);
            }

            if (item is null)
                return null;

            list.Items.Add(item);
        }

        return _column > column ? null : list;
    }

    private YamlMap? ReadMap(int depth)
    {
        var column = _column;
        var map = new YamlMap(_line);
        Items++;
        do
        {
            var keyLine = _line;
            if (Items > MaxItems || ReadKey() is not { } key || !SkipBlanks())
                return null;

            // A list may stand right below its key.
            var value = _position < _lineEnd ? ReadValue(depth + 1)
                : !NextLine() ? null
                : _column > column ? ReadBlock(depth + 1)
                : _column == column && IsEntry && depth < MaxDepth ? ReadList(depth + 1)
                : null;
            if (value is null || !map.TryAdd(new YamlText(key, plain: true, keyLine), value))
                return null;
        }
        while (_column == column);

        return _column > column ? null : map;
    }

    // A key ends at the first colon before a blank or at the line's end.
    private int EndOfKey()
    {
        for (var i = _position; i < _lineEnd; i++)
        {
            if (text[i] == ':' && (i + 1 == _lineEnd || text[i + 1] == ' '))
                return i;

            if (text[i] is '#' or '"' or '\'')
                return -1;
        }

        return -1;
    }

    private bool HasKey() => text[_position] is not ('{' or '[') && EndOfKey() >= 0;

    private string? ReadKey()
    {
        var end = EndOfKey();
        if (end <= _position || end - _position > 200 || text.AsSpan(_position, end - _position).ContainsAnyExcept(InKey))
            return null;

        var key = Word(_position, end);
        Items++;
        _position = end + 1;
        return key;
    }

    // A value that ends on its line, and goes to the next one; a deeper one there would belong to it, which is for whoever called.
    private YamlItem? ReadValue(int depth)
    {
        var value = text[_position] switch
        {
            '"' or '\'' => ReadQuoted(),
            '{' or '[' => ReadFlow(depth),
            _ => ReadPlain(),
        };
        if (value is null || !SkipBlanks() || _position < _lineEnd)
            return null;

        NextLine();
        return value;
    }

    private YamlText? ReadQuoted()
    {
        var quote = text[_position];
        var length = text.AsSpan(_position + 1, _lineEnd - _position - 1).IndexOf(quote);
        if (length < 0)
            return null;

        var (start, end) = (_position + 1, _position + 1 + length);
        if (quote == '"' ? text.AsSpan(start, length).Contains('\\') : end + 1 < _lineEnd && text[end + 1] == '\'')
            return null;

        _position = end + 1;
        if (_position < _lineEnd && text[_position] is not (' ' or ',' or '}' or ']'))
            return null;

        return Scalar(start, end, plain: false);
    }

    private YamlText? ReadPlain()
    {
        if (Indicators.Contains(text[_position]) || IsEntry)
            return null;

        var start = _position;
        var end = start;
        for (; _position < _lineEnd; _position++)
        {
            switch (text[_position])
            {
                case ' ':
                    continue;
                case '#':
                    // Behind a blank it begins a comment, of which SkipBlanks knows.
                    if (end == _position)
                        return null;

                    return Scalar(start, end, plain: true);
                case ':' when _position + 1 == _lineEnd || text[_position + 1] == ' ':
                    return null;
                default:
                    end = _position + 1;
                    continue;
            }
        }

        return Scalar(start, end, plain: true);
    }

    private YamlItem? ReadFlow(int depth)
    {
        if (depth > MaxDepth)
            return null;

        var (close, map, list) = text[_position] == '{'
            ? ('}', new YamlMap(_line), (YamlList?)null)
            : (']', null, new YamlList(_line));
        Items++;
        _position++;
        if (!SkipFlowBlanks())
            return null;

        if (text[_position] == close)
        {
            _position++;
            return map ?? (YamlItem)list!;
        }

        while (true)
        {
            YamlText? key = null;
            if (map is not null)
            {
                key = ReadFlowWord();
                if (key is null || _position + 1 >= _lineEnd || text[_position] != ':' || text[_position + 1] != ' ')
                    return null;

                _position++;
                if (!SkipFlowBlanks())
                    return null;
            }

            var value = text[_position] switch
            {
                '"' or '\'' => ReadQuoted(),
                '{' or '[' => ReadFlow(depth + 1),
                _ => ReadFlowWord(),
            };
            if (value is null || Items > MaxItems || !SkipFlowBlanks() || (map is not null && !map.TryAdd(key!, value)))
                return null;

            list?.Items.Add(value);
            var next = text[_position++];
            if (next == close)
                return map ?? (YamlItem)list!;

            if (next != ',' || !SkipFlowBlanks())
                return null;
        }
    }

    private YamlText? ReadFlowWord()
    {
        var start = _position;
        while (_position < _lineEnd && InFlow.Contains(text[_position]))
            _position++;

        // An alias, or what begins a list; -1 is neither.
        return _position == start || text[start] == '*' || (text[start] == '-' && !IsNumber(start))
            ? null
            : Scalar(start, _position, plain: true);
    }

    private bool IsNumber(int start) => start + 1 < _position && char.IsAsciiDigit(text[start + 1]);

    /// <summary>Passes over blanks, and a comment behind them; false when it is not sure that this is one.</summary>
    private bool SkipBlanks()
    {
        var start = _position;
        while (_position < _lineEnd && text[_position] == ' ')
            _position++;

        if (_position == _lineEnd || text[_position] != '#')
            return true;

        var isComment = _position > start;
        _position = _lineEnd;
        return isComment;
    }

    /// <summary>The same in a flow collection, which has to go on behind them.</summary>
    private bool SkipFlowBlanks()
    {
        while (_position < _lineEnd && text[_position] == ' ')
            _position++;

        return _position < _lineEnd && text[_position] != '#';
    }

    private YamlText Scalar(int start, int end, bool plain)
    {
        Items++;
        return new(Word(start, end), plain, _line);
    }

    private string Word(int start, int end)
    {
        var word = text.AsSpan(start, end - start);
        if (word.Length > 40)
            return word.ToString();

        ref var known = ref _words[string.GetHashCode(word) & (_words.Length - 1)];
        return known is not null && word.SequenceEqual(known) ? known : known = word.ToString();
    }
}
