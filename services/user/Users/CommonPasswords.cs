namespace MessageBoard.UserService.Users;

/// <summary>The passwords that are tried first.</summary>
internal static class CommonPasswords
{
    private const string Product = "messageboard";

    /// <summary>
    /// Whether a password is one of the 10,000 commonest, the user's or the product's name, one of those again and again or between
    /// digits and punctuation, or a run as of a keyboard's or the alphabet's row. Without regard to case. The commonest are short: at
    /// twelve characters it is what people make of them that is tried (NIST SP 800-63B, 5.1.1.2, of "derivatives").
    /// </summary>
    public static bool Has(string password, string username)
    {
        var text = password.ToLowerInvariant();
        var unit = Unit(text);
        HashSet<string> guesses = [text, unit, Core(unit), Unit(Core(text))];
        return IsRun(text) || unit.Length < 4 || guesses.Contains(username.ToLowerInvariant()) || guesses.Contains(Product)
            || Lists.Lines("common-passwords").Any(guesses.Contains);
    }

    // Without what is no letter before and behind.
    private static string Core(string text) => text.Trim([.. text.Where(character => !char.IsLetter(character))]);

    // What the text is a repetition of: itself, if of nothing else. A text in itself twice, without both ends, is where its unit begins.
    private static string Unit(string text) => text.Length == 0 ? text : text[..(text + text).IndexOf(text, 1, StringComparison.Ordinal)];

    // 123456789012, abcdefghijkl, zyxwvutsrqpo, aaaaaaaaaaaa.
    private static bool IsRun(string text)
    {
        var step = text.Length < 2 ? 0 : text[1] - text[0];
        return Math.Abs(step) <= 1 && Enumerable.Range(1, text.Length - 1).All(
            i => text[i] - text[i - 1] == step || IsTurn(text[i - 1], text[i]));
    }

    private static bool IsTurn(char before, char after) => (before, after) is ('9', '0') or ('0', '9') or ('z', 'a') or ('a', 'z');
}
