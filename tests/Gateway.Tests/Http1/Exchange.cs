namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>One or two requests on a connection, and what the backend does with them.</summary>
internal sealed record Exchange(int Number, string Service)
{
    /// <summary>The requests; a second one is sent without waiting for the first one's answer.</summary>
    public required IReadOnlyList<(string Method, string Text)> Requests { get; init; }

    /// <summary>How the client behaves.</summary>
    public Conduct Conduct { get; init; }

    /// <summary>How many bytes it sends at once; 0 for all.</summary>
    public int Segment { get; init; }

    /// <summary>What a raw backend does with each try.</summary>
    public IReadOnlyList<Answer> Answers { get; init; } = [];

    /// <summary>What Kestrel does.</summary>
    public KestrelAnswer? Kestrel { get; init; }

    /// <summary>Whether no connection to the backend is kept from before.</summary>
    public bool IsFresh { get; init; }

    public override string ToString() =>
        $"exchange {Number}, {Service}, {Conduct}{(IsFresh ? ", no connection kept" : "")}, "
            + (Kestrel?.ToString() ?? string.Join(", ", Answers.Select(answer => answer.Kind)));
}

/// <summary>How a client behaves.</summary>
internal enum Conduct
{
    /// <summary>It reads the answers.</summary>
    Reads,

    /// <summary>It goes away with half of the request sent.</summary>
    LeavesUnsent,

    /// <summary>It goes away when the backend has the request, which does not answer.</summary>
    LeavesWaiting,

    /// <summary>It goes away when the answer has begun, which does not end.</summary>
    LeavesReading,
}
