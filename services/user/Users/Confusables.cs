using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MessageBoard.Shared.Stores;

namespace MessageBoard.UserService.Users;

/// <summary>What names look like: Unicode's skeletons (https://www.unicode.org/reports/tr39/#Confusable_Detection).</summary>
internal static class Confusables
{
    private static readonly Lazy<FrozenDictionary<Rune, string>> Table = new(Read);

    /// <summary>
    /// The looks of a name, as it is written, in lower case and in upper case, because names count as one in any case, and letters that
    /// are like each other in one case are not in the other (<c>l</c> and <c>I</c>). Names of which a look is the same, in any case, can
    /// be taken for each other. Each is a SHA-256 in hex: a name of 32 characters can have a skeleton of hundreds.
    /// </summary>
    public static IEnumerable<string> LooksOf(string name) =>
        ((string[])[name, name.ToLowerInvariant(), name.ToUpperInvariant()]).Select(Skeleton).Select(Folding.Fold).Distinct()
            .Select(skeleton => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(skeleton))));

    // NFKD where UTS 39 has NFD: it takes fullwidth letters and ligatures apart too, of which the table has only some.
    private static string Skeleton(string text)
    {
        var skeleton = new StringBuilder(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Table.Value.TryGetValue(rune, out var look))
                skeleton.Append(look);
            else
                skeleton.Append(rune);
        }

        return skeleton.ToString().Normalize(NormalizationForm.FormD);
    }

    private static FrozenDictionary<Rune, string> Read()
    {
        var looks = new Dictionary<Rune, string>();
        foreach (var line in Lists.Lines("confusables"))
        {
            var (look, sources) = (line[..line.IndexOf(';')], line[(line.IndexOf(';') + 1)..]);
            foreach (var source in Runes(sources))
                looks.Add(source, string.Concat(Runes(look)));
        }

        return looks.ToFrozenDictionary();
    }

    private static IEnumerable<Rune> Runes(string codePoints) =>
        codePoints.Split(' ').Select(hex => new Rune(int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
}
