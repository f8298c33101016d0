using System.Globalization;
using System.Text;

namespace MessageBoard.Shared.Logging;

/// <summary>Text that shows all it is made of.</summary>
public static class VisibleText
{
    /// <summary>
    /// Writes as <c>\uXXXX</c> what cannot be seen, moves other text about or begins a line: control and format characters (bidirectional
    /// overrides, zero-width ones), separators of lines, letters without a shape. Line breaks and tabs stay: JSON escapes them.
    /// </summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) // nearly always
            return text;

        var visible = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\r' or '\t' || IsVisible(rune))
                visible.Append(rune);
            else if (rune.IsBmp)
                visible.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else
                visible.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}");
        }

        return visible.ToString();
    }

    /// <summary>Whether a letter, mark or other character is one that shows.</summary>
    public static bool IsVisible(Rune rune) => !IsDefaultIgnorable(rune) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    // Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), as far as the categories do not tell: letters and marks that
    // are drawn as nothing. .NET does not have the property.
    private static bool IsDefaultIgnorable(Rune rune) => rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5
        or (>= 0x180B and <= 0x180F) or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0000 and <= 0xE0FFF);
}
