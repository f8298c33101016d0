namespace MessageBoard.Mesh.Loading;

/// <summary>The documents of a file, and which of them are as they were when it was read last.</summary>
internal sealed class FileDocuments
{
    private readonly string[] _versions;
    private readonly Dictionary<(int Line, string Version), ReadDocument> _before;

    /// <param name="text">The file's text.</param>
    /// <param name="before">What was read of it last.</param>
    public FileDocuments(string text, IReadOnlyList<ReadDocument> before)
    {
        Places = DocumentText.Split(text);
        _versions = new string[Places.Count];
        for (var i = 0; i < _versions.Length; i++)
            _versions[i] = ResourceFile.VersionOf(text.AsSpan()[Places[i].Start..Places[i].End]);

        _before = new(before.Count);
        foreach (var document in before)
            _before[(document.Line, document.Version)] = document;
    }

    /// <summary>Their places in the text.</summary>
    public IReadOnlyList<DocumentText> Places { get; }

    /// <summary>A document's version, by its place in the list.</summary>
    public string this[int index] => _versions[index];

    /// <summary>
    /// What a document says, when its text and its line are the same as before: what is told of it tells lines. Null for one to be read.
    /// </summary>
    public ReadDocument? Unchanged(int index) => _before.GetValueOrDefault((Places[index].Line, _versions[index]));
}
