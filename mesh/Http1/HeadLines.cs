namespace MessageBoard.Mesh.Http1;

/// <summary>
/// The header lines of one connection's answers. An endpoint says mostly the same as the time before, in the same order: what it says
/// again is known, and makes no new text.
/// </summary>
internal sealed class HeadLines
{
    private readonly List<Line> _known = [];
    private int _count;

    /// <summary>How many the answer has.</summary>
    public int Count => _count;

    /// <summary>A header of the answer.</summary>
    public Line this[int index] => _known[index];

    /// <summary>Begins with another answer.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds a line, without its end.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public void Add(ReadOnlySpan<byte> line)
    {
        if (_count == _known.Count)
            _known.Add(new());

        _known[_count++].Read(line);
    }

    /// <summary>A header.</summary>
    public sealed class Line
    {
        private byte[] _bytes = [];
        private int _length;

        /// <summary>Its name, as it was written.</summary>
        public string Name { get; private set; } = "";

        /// <summary>Its value, a character for each byte.</summary>
        public string Value { get; private set; } = "";

        /// <summary>What it is to a proxy.</summary>
        public HeaderKind Kind { get; private set; }

        /// <summary>Reads a line, if it is another one.</summary>
        public void Read(ReadOnlySpan<byte> line)
        {
            if (line.SequenceEqual(_bytes.AsSpan(0, _length)))
                return;

            HeaderSyntax.Split(line, out var name, out var value);
            if (!Ascii.Equals(name, Name))
            {
                Name = Encoding.ASCII.GetString(name);
                Kind = HeaderSyntax.KindOf(Name);
            }

            Value = Encoding.Latin1.GetString(value);
            if (_bytes.Length < line.Length)
                _bytes = new byte[line.Length];

            line.CopyTo(_bytes);
            _length = line.Length;
        }
    }
}
