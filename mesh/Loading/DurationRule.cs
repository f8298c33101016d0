namespace MessageBoard.Mesh.Loading;

/// <summary>Which durations a field takes.</summary>
/// <param name="MinNanoseconds">The shortest one.</param>
/// <param name="UnitNanoseconds">What it has to be a multiple of.</param>
/// <param name="Text">The rule in words.</param>
internal sealed record DurationRule(long MinNanoseconds, long UnitNanoseconds, string Text)
{
    private const long Millisecond = 1_000_000, Second = 1_000_000_000;

    /// <summary>Istio's ValidateDuration (pkg/config/validation/agent/validation.go), to the last nanosecond.</summary>
    public static readonly DurationRule WholeMilliseconds =
        new(Millisecond, Millisecond, "whole milliseconds, such as 1.5s, 100ms or 1h30m, and at least 1ms");

    /// <summary>As <see cref="WholeMilliseconds"/>, in whole seconds.</summary>
    public static readonly DurationRule WholeSeconds = new(Second, Second, "whole seconds, such as 24h, and at least 1s");

    /// <summary>What the schemas of Istio's CRDs ask for, of fields that its webhook does not look at.</summary>
    public static readonly DurationRule AtLeastMillisecond = new(Millisecond, 1, "at least 1ms, such as 1.5s or 1h30m");

    /// <summary>Anything that Go reads.</summary>
    public static readonly DurationRule Any = new(long.MinValue, 1, "numbers with units, such as 1.5s, 100ms or 1h30m");

    public bool Allows(long nanoseconds) => nanoseconds >= MinNanoseconds && nanoseconds % UnitNanoseconds == 0;
}
