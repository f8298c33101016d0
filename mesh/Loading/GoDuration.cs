using System.Buffers;

namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Durations as Go writes them, such as <c>1.5s</c>, <c>100ms</c> and <c>1h30m</c> (https://pkg.go.dev/time#ParseDuration).
/// </summary>
internal static class GoDuration
{
    // Go counts nanoseconds in an int64.
    private const decimal MaxNanoseconds = long.MaxValue;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration, in nanoseconds; false for what Go cannot read. What is shorter than one is left out.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long duration)
    {
        duration = 0;
        var negative = text is ['-', ..];
        if (text is ['-' or '+', ..])
            text = text[1..];

        if (text is "0")
            return true;

        if (text.IsEmpty)
            return false;

        decimal nanoseconds = 0;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            if (digits <= 0 || digits > 25
                || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;

            text = text[digits..];
            var letters = text.IndexOfAny(Digits);
            var unit = letters < 0 ? text : text[..letters];
            if (Nanoseconds(unit) is not { } factor || number > MaxNanoseconds / factor
                || (nanoseconds += number * factor) > MaxNanoseconds)
                return false;

            text = text[unit.Length..];
        }

        duration = (long)nanoseconds * (negative ? -1 : 1);
        return true;
    }

    private static decimal? Nanoseconds(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => null,
    };
}
