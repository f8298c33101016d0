namespace MessageBoard.Shared.Http;

/// <summary>
/// The time between a pod's preStop hook and its end. In it every answer is its connection's last (RFC 9112, 9.6): who keeps connections
/// comes back by another, to another pod, before the process closes those that are idle, perhaps just as a request is on its way.
/// </summary>
public sealed class Withdrawal
{
    private volatile bool _hasBegun;

    /// <summary>Whether it has begun.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Begins it.</summary>
    public void Begin() => _hasBegun = true;
}
