using System.Diagnostics.CodeAnalysis;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// One string for equal texts, of those that were met lately: what a request is remembered by comes with each request anew, and is mostly
/// one of a few. Safe for concurrent use, without a lock.
/// </summary>
internal sealed class SharedTexts
{
    private const int Places = 256, MaxLength = 128;

    private readonly string?[] _texts = new string?[Places];

    /// <summary>The string that stands for a text; the text itself where that is met for the first time.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Share(string? text)
    {
        if (text is not { Length: > 0 and <= MaxLength })
            return text;

        // What falls into the place of another is only not shared.
        ref var place = ref _texts[(uint)text.GetHashCode(StringComparison.Ordinal) % Places];
        var known = Volatile.Read(ref place);
        if (text == known)
            return known;

        Volatile.Write(ref place, text);
        return text;
    }
}
