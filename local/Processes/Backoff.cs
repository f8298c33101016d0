namespace MessageBoard.Local.Processes;

/// <summary>
/// How long to wait before a restart: not at all after a run of 30 s, then 0.2 s, doubled each time up to 10 s.
/// </summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <param name="ran">How long the process lived.</param>
    public TimeSpan After(TimeSpan ran)
    {
        if (ran >= LongEnough)
        {
            _next = First;
            return TimeSpan.Zero;
        }

        var delay = _next;
        _next = delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }
}
