using System.Text.RegularExpressions;

namespace MessageBoard.Architecture.Tests;

/// <summary>docs/security.md has each requirement once, and what it names as a guard is there.</summary>
public sealed partial class SecurityPageTests
{
    // Levels 1 and 2 of OWASP's Application Security Verification Standard 4.0.3, https://github.com/OWASP/ASVS/tree/v4.0.3
    private const string Standard =
        "1.1.1-7, 1.2.1-4, 1.4.1, 1.4.4-5, 1.5.1-4, 1.6.1-4, 1.7.1-2, 1.8.1-2, 1.9.1-2, 1.10.1, 1.11.1-2, 1.12.2, 1.14.1-6, "
        + "2.1.1-12, 2.2.1-3, 2.3.1-3, 2.4.1-5, 2.5.1-7, 2.6.1-3, 2.7.1-6, 2.8.1-7, 2.9.1-3, 2.10.1-4, "
        + "3.1.1, 3.2.1-4, 3.3.1-4, 3.4.1-5, 3.5.1-3, 3.7.1, 4.1.1-3, 4.1.5, 4.2.1-2, 4.3.1-3, "
        + "5.1.1-5, 5.2.1-8, 5.3.1-10, 5.4.1-3, 5.5.1-4, 6.1.1-3, 6.2.1-6, 6.3.1-2, 6.4.1-2, 7.1.1-4, 7.2.1-2, 7.3.1, 7.3.3-4, 7.4.1-3, "
        + "8.1.1-4, 8.2.1-3, 8.3.1-8, 9.1.1-3, 9.2.1-4, 10.2.1-2, 10.3.1-3, 11.1.1-8, "
        + "12.1.1-3, 12.2.1, 12.3.1-6, 12.4.1-2, 12.5.1-2, 12.6.1, 13.1.1, 13.1.3-5, 13.2.1-3, 13.2.5-6, 13.3.1-2, 13.4.1-2, "
        + "14.1.1-4, 14.2.1-6, 14.3.2-3, 14.4.1-7, 14.5.1-4";

    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "security.md"));

    /// <summary>Items, what they want, state, and how.</summary>
    private static readonly IReadOnlyList<string[]> Rows =
        [.. Page.Where(line => Row.IsMatch(line)).Select(line => line.Trim('|', ' ').Split('|', 4, StringSplitOptions.TrimEntries))];

    private static readonly string[] TestFiles =
        Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"^\| \d+\.\d+\.\d+")]
    private static partial Regex Row { get; }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code { get; }

    // PageTests, or with its folder, Gateway.Tests/FailureTests, where the name alone would be two's.
    [GeneratedRegex(@"^([\w.]+/)?\w+Tests$")]
    private static partial Regex TestName { get; }

    [Fact]
    public void Each_requirement_stands_there_once() =>
        Assert.Equal(Items(Standard).Order(StringComparer.Ordinal), Rows.SelectMany(row => Items(row[0])).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_has_a_state_and_what_is_met_a_guard() => Assert.All(Rows, row =>
    {
        Assert.Equal(4, row.Length);
        Assert.Contains(row[2], (string[])["met", "not applicable", "not met"]);
        Assert.True(row[2] != "met" || Code.Matches(row[3]).Any(code => IsGuard(code.Groups[1].Value)), $"{row[0]} names no guard.");
        Assert.True(row[3].Length > 0, $"{row[0]} says not why.");
    });

    [Fact]
    public void Each_file_and_test_that_it_names_is_there() => Assert.All(
        Page.SelectMany(line => Code.Matches(line)).Select(code => code.Groups[1].Value),
        name => Assert.True(!LooksLikeGuard(name) || IsGuard(name), name));

    private static IEnumerable<string> Items(string list) =>
        from item in list.Split(", ")
        let range = item.Split('.', '-').Select(int.Parse).ToArray()
        from number in Enumerable.Range(range[2], range[^1] - range[2] + 1)
        select $"{range[0]}.{range[1]}.{number}";

    // A path from the root of the repository; .local is what runs leave there.
    private static bool LooksLikeGuard(string name) => TestName.IsMatch(name)
        || (name.Split('/') is [{ Length: > 0 } and not ".local" and var first, _, ..]
            && Path.Exists(Path.Combine(Repository.Root, first)));

    private static bool IsGuard(string name) => TestName.IsMatch(name)
        ? TestFiles.Count(file => file.EndsWith($"/{name}.cs", StringComparison.Ordinal)) == 1
        : Path.Exists(Path.Combine(Repository.Root, name));
}
