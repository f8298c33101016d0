namespace MessageBoard.Mesh.Upstreams.Hosts;

/// <summary>One endpoint's errors in a row and its ejections.</summary>
internal sealed class OutlierRecord
{
    /// <summary>5xx in a row.</summary>
    public int Consecutive5xx;

    /// <summary>502, 503 and 504 in a row.</summary>
    public int ConsecutiveGateway;

    /// <summary>Failed connections and timeouts in a row, where they are counted apart.</summary>
    public int ConsecutiveLocalOrigin;

    /// <summary>Whether it is taken out; written by its outlier detector alone, under its lock.</summary>
    public volatile bool IsEjected;

    /// <summary>When it was taken out, or came back, by the clock's timestamp.</summary>
    public long Since;

    /// <summary>By how many times the base it is out; grows with each ejection, and shrinks with each quiet interval.</summary>
    public int Multiplier;

    /// <summary>Lets it in again, as if nothing had been: nobody watches it any more.</summary>
    public void Uneject()
    {
        ResetCounters();
        (IsEjected, Multiplier) = (false, 0);
    }

    public void ResetCounters()
    {
        Volatile.Write(ref Consecutive5xx, 0);
        Volatile.Write(ref ConsecutiveGateway, 0);
        Volatile.Write(ref ConsecutiveLocalOrigin, 0);
    }
}
