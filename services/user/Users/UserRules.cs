using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Logging;

namespace MessageBoard.UserService.Users;

/// <summary>What a user name and a password may be.</summary>
internal static partial class UserRules
{
    private const int MinName = 3, MaxName = 32, MinPassword = 12, MaxPassword = 128;

    /// <summary>Longer than any password can be, in UTF-16 units: once they had up to 256 characters.</summary>
    public const int MaxPasswordLength = 512;

    /// <summary>Checks a registration; the errors are by the fields' JSON names, none when all is well.</summary>
    public static Dictionary<string, ProblemWords> Check(string? username, string? password)
    {
        var errors = new Dictionary<string, ProblemWords>();
        if (!IsName(username))
            errors["username"] = UserProblems.Name.With(MinName, MaxName);

        if (Broken(password, username ?? "") is { } rule)
            errors["password"] = rule;

        return errors;
    }

    /// <summary>
    /// The rule that a new password of this user breaks; null when it breaks none. Lengths as OWASP's ASVS 4.0.3 has them, 2.1.1 and 2.1.2.
    /// </summary>
    public static ProblemWords? Broken(string? password, string username) =>
        password is null || Length(Blanks.Replace(password, " ")) < MinPassword || Length(password) > MaxPassword
            ? UserProblems.PasswordLength.With(MinPassword, MaxPassword)
        : CommonPasswords.Has(password, username) ? UserProblems.PasswordCommon.With()
        : (ProblemWords?)null;

    [GeneratedRegex(" +")]
    private static partial Regex Blanks { get; }

    private static int Length(string text) => text.EnumerateRunes().Count();

    /// <summary>The errors of credentials of which a part is missing.</summary>
    public static Dictionary<string, ProblemWords> Missing(string? username, string? password)
    {
        var errors = new Dictionary<string, ProblemWords>();
        if (username is null)
            errors["username"] = UserProblems.Missing;

        if (password is null)
            errors["password"] = UserProblems.Missing;

        return errors;
    }

    /// <summary>Whether this is a name that a new user may have. Counted in Unicode code points, after composition.</summary>
    public static bool IsName(string? name)
    {
        if (name is null || name.Length > MaxName * 4)
            return false;

        var runes = name.Normalize(NormalizationForm.FormC).EnumerateRunes();
        return runes.Count() is >= MinName and <= MaxName && runes.All(IsNameRune) && !runes.First().IsMark();
    }

    // Some alphabets write part of their letters as marks: Devanagari's vowels are.
    private static bool IsNameRune(Rune rune) =>
        ((Rune.IsLetter(rune) || Rune.IsDigit(rune) || rune.IsMark()) && VisibleText.IsVisible(rune)) || rune.Value is '_' or '.' or '-';

    private static bool IsMark(this Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
