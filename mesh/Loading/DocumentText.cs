namespace MessageBoard.Mesh.Loading;

/// <summary>One YAML document's place in its file. Found by the text alone, so it is there even when the document is no YAML.</summary>
/// <param name="Start">Where it begins, in characters.</param>
/// <param name="End">Where the next marker or the file's end is.</param>
/// <param name="Line">Its first line, from 1.</param>
/// <param name="LastLine">Its last line.</param>
internal readonly record struct DocumentText(int Start, int End, int Line, int LastLine)
{
    /// <summary>What ends a line in YAML 1.1, which the parser reads.</summary>
    public const string LineBreaks = "\r\n\u0085\u2028\u2029";

    /// <summary>Its text in the file's.</summary>
    public string In(string file) => file[Start..End];

    /// <summary>The version of a document: a hash of its text.</summary>
    public static string VersionOf(string text) => ResourceFile.VersionOf(text);

    /// <summary>
    /// The documents of a file. A line that begins with <c>---</c> or <c>...</c> ends one wherever it stands, as YAML allows
    /// it in no text (https://yaml.org/spec/1.2.2/#912-document-markers). What has no content is left out.
    /// </summary>
    public static IReadOnlyList<DocumentText> Split(string text)
    {
        var documents = new List<DocumentText>();
        var start = text is [YamlDocuments.ByteOrderMark, ..] ? 1 : 0;
        var (firstLine, line, hasContent) = (1, 1, false);
        for (var position = start; position < text.Length; line++)
        {
            var end = EndOfLine(text, position);
            var content = text.AsSpan(position, end - position);
            if (IsMarker(content))
            {
                Add(position, line - 1);
                var after = content[3..];
                var opens = content[0] == '-' && !IsBlank(after);
                (start, firstLine, hasContent) = (opens ? position + 3 : end, opens ? line : line + 1, opens);
            }
            else
            {
                hasContent |= !IsBlank(content) && content[0] != '%';
            }

            position = end;
        }

        Add(text.Length, line - 1);
        return documents;

        void Add(int end, int lastLine)
        {
            if (hasContent)
                documents.Add(new(start, end, firstLine, lastLine));
        }
    }

    /// <summary>The document that a line belongs to; null for none.</summary>
    public static DocumentText? At(IReadOnlyList<DocumentText> documents, int line) =>
        IndexOf(documents, line) is >= 0 and var index ? documents[index] : null;

    /// <summary>The place in the list of the document that a line belongs to; -1 for none.</summary>
    public static int IndexOf(IReadOnlyList<DocumentText> documents, int line)
    {
        // A file may have thousands, in the order of their lines.
        var (low, high) = (0, documents.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (documents[middle].LastLine < line)
                low = middle + 1;
            else if (documents[middle].Line > line)
                high = middle - 1;
            else
                return middle;
        }

        return -1;
    }

    /// <summary>The end of the line at this place, its line break included.</summary>
    public static int EndOfLine(string text, int position)
    {
        var found = text.AsSpan(position).IndexOfAny(LineBreaks);
        if (found < 0)
            return text.Length;

        var end = position + found;
        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }

    /// <summary>How the lines of a text end, by its first one.</summary>
    public static string NewLineOf(string text) => text.AsSpan(0, EndOfLine(text, 0)) switch
    {
        [.., '\r', '\n'] => "\r\n",
        [.., '\r'] => "\r",
        _ => "\n",
    };

    /// <summary>Whether there is nothing but blanks and a comment.</summary>
    public static bool IsBlank(ReadOnlySpan<char> line) => line.TrimStart() is [] or ['#', ..];

    private static bool IsMarker(ReadOnlySpan<char> line) =>
        (line.StartsWith("---", StringComparison.Ordinal) || line.StartsWith("...", StringComparison.Ordinal))
            && (line.Length == 3 || char.IsWhiteSpace(line[3]));
}
