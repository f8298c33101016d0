namespace MessageBoard.Shared.Telemetry;

/// <summary>Durations counted in steps of a fourth of an octave: 0.09 ms, 0.11, … to about four minutes.</summary>
public static class DurationSteps
{
    /// <summary>The step of all that is shorter, and of all that is longer.</summary>
    public const int First = -14, Last = 72;

    private const int PerOctave = 4;

    /// <summary>The step that a duration belongs to.</summary>
    public static int Of(double ms) => ms > 0 ? (int)Math.Clamp(Math.Ceiling(Math.Log2(ms) * PerOctave), First, Last) : First;

    /// <summary>What a step reaches to, in ms.</summary>
    public static double MsOf(int step) => Math.Round(Math.Pow(2, (double)step / PerOctave), 3);

    /// <summary>What 95 of 100 durations do not exceed, in ms; null of none.</summary>
    /// <param name="counts">How many there are of each step; a step may come several times.</param>
    public static double? P95(IReadOnlyCollection<(int Step, long Count)> counts)
    {
        var rank = (long)Math.Ceiling(counts.Sum(step => step.Count) * 0.95);
        foreach (var (step, count) in counts.OrderBy(step => step.Step))
        {
            rank -= count;
            if (rank <= 0)
                return MsOf(step);
        }

        return null;
    }
}
