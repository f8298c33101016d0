namespace MessageBoard.Mesh.Loading;

/// <summary>Collects what is to be said about one document.</summary>
/// <param name="file">The file it is in.</param>
/// <param name="isIstios">Whether Istio itself carries it out: what the local mesh cannot do, or does not know, is then noted and not
/// refused.</param>
internal sealed class DocumentReport(string file, bool isIstios = false)
{
    /// <summary>How many regular expressions one resource may have: the first request may have to make all of them.</summary>
    public const int MaxExpressions = 100;

    private readonly List<MeshProblem> _problems = [], _notes = [];

    /// <summary>Whether Istio itself carries it out.</summary>
    public bool IsIstios => isIstios;

    /// <summary>The resource; null as long as it could not be read so far.</summary>
    public ResourceKey? Resource { get; set; }

    /// <summary>How many regular expressions were read.</summary>
    public int Expressions { get; set; }

    /// <summary>How many reasons there are to refuse it, told or not.</summary>
    public int Refusals { get; private set; }

    /// <summary>Why it is refused; at most <see cref="ResourceFile.MaxProblems"/> reasons.</summary>
    public IReadOnlyList<MeshProblem> Problems => InOrder(_problems);

    /// <summary>What is accepted and has no effect.</summary>
    public IReadOnlyList<MeshProblem> NotCarriedOut => InOrder(_notes);

    /// <summary>Whether no further reason will be told, so that it need not be put into words.</summary>
    public bool IsFull => _problems.Count == ResourceFile.MaxProblems;

    /// <summary>A reason to refuse it that is only counted.</summary>
    public void RefuseUntold() => Refusals++;

    /// <summary>Something that keeps the resource from being obeyed.</summary>
    public void Refuse(int line, FieldPath? path, string message) => Refuse(line, path, message, isValidToIstio: false);

    /// <summary>Something that Istio may well carry out, and the local mesh does not.</summary>
    public void RefuseHere(int line, FieldPath? path, string message)
    {
        if (isIstios)
            Note(line, path, message);
        else
            Refuse(line, path, message, isValidToIstio: true);
    }

    /// <summary>A field that is not known: to the local mesh, where Istio itself carries out the resource and may be newer.</summary>
    public void RefuseUnknown(int line, FieldPath path)
    {
        const string Unknown = "is not a field that Istio knows here";
        if (isIstios)
            Note(line, path, Unknown);
        else
            Refuse(line, path, Unknown);
    }

    /// <summary>Something that has no effect here, and that is no reason to refuse the resource.</summary>
    public void Note(int line, FieldPath? path, string message) => Add(_notes, line, path, message, isValidToIstio: true);

    private static List<MeshProblem> InOrder(List<MeshProblem> list) => list.Count < 2 ? list : [.. list.OrderBy(problem => problem.Line)];

    private void Refuse(int line, FieldPath? path, string message, bool isValidToIstio)
    {
        Refusals++;
        Add(_problems, line, path, message, isValidToIstio);
    }

    private void Add(List<MeshProblem> list, int line, FieldPath? path, string message, bool isValidToIstio)
    {
        if (list.Count < ResourceFile.MaxProblems)
            list.Add(
                new(file, line, Resource, path, path is null ? message : $"{path} {message}") { IsValidToIstio = isValidToIstio });
    }
}
