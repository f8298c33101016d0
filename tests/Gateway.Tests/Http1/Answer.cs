namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>What <see cref="RawBackend"/> does with a request.</summary>
/// <param name="Kind">Its name, for messages and for <see cref="AllowedDifferences"/>.</param>
/// <param name="Segments">What it writes, each piece by itself.</param>
internal sealed record Answer(string Kind, params IReadOnlyList<string> Segments)
{
    /// <summary>How long it waits before it answers, and between the pieces, in ms.</summary>
    public int Delay { get; init; }

    /// <inheritdoc cref="Delay"/>
    public int Pause { get; init; }

    /// <summary>Answers as soon as the head is there, and reads the body after that.</summary>
    public bool IsEarly { get; init; }

    /// <summary>Whether it lets who asks first (RFC 9110, 10.1.1) send its body.</summary>
    public bool Continues { get; init; } = true;

    /// <summary>Which request of an exchange it is for, as the targets say: another may have been refused before it came here.</summary>
    public int Request { get; init; }

    public AnswerEnd End { get; init; }

    /// <summary>Whether it is one that a server should not give: what becomes of the connection then is the forwarder's affair.</summary>
    public bool IsOdd { get; init; }
}

/// <summary>What becomes of a connection when all is written.</summary>
internal enum AnswerEnd
{
    /// <summary>It waits for the next request.</summary>
    Keep,

    /// <summary>It is closed.</summary>
    Close,

    /// <summary>It is reset.</summary>
    Reset,

    /// <summary>It stays as it is until the other side ends it.</summary>
    Hold,
}
