namespace MessageBoard.Local.Processes;

/// <summary>How a process is. <see cref="Process"/> is null before its first start.</summary>
internal sealed record ProcessState
{
    public required string App { get; init; }

    public required string Cluster { get; init; }

    public required string Pod { get; init; }

    /// <summary>The first where a launcher of before there were roles has written the state.</summary>
    public ProcessRole Role { get; init; }

    public required int Port { get; init; }

    /// <summary>Where its <c>/metrics</c> is; 0 for one that has none.</summary>
    public int MetricsPort { get; init; }

    /// <summary>Where it takes HTTP/2 in the clear; 0 for one that does not.</summary>
    public int Http2Port { get; init; }

    public required string Log { get; init; }

    public required DateTimeOffset Since { get; init; }

    public ProcessIdentity? Process { get; init; }

    public Condition Condition { get; init; }

    /// <summary>Its readiness check answers: others may call it. One that a drill kills serves until the check finds out.</summary>
    public bool Serving { get; init; }

    public int Restarts { get; init; }

    public int? ExitCode { get; init; }
}

internal enum Condition
{
    Waiting,
    Starting,
    Ready,

    /// <summary>It was ready and no longer answers.</summary>
    Unready,

    /// <summary>It died and waits for its restart.</summary>
    Restarting,

    /// <summary>A drill has taken its cluster down.</summary>
    Down,
    Stopped,
}
