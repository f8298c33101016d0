namespace MessageBoard.Scripts.Tests.Images;

/// <summary>What GitHub's own advice on hardening workflows asks for, in each of .github/workflows.</summary>
public sealed class WorkflowTests
{
    public static TheoryData<string> Workflows { get; } = [.. Directory.GetFiles(Path.Combine(Repository.Root, ".github", "workflows"))
        .Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Others_actions_are_of_one_commit_rights_are_few_and_every_job_ends(string workflow)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, ".github", "workflows", workflow));

        Assert.All(
            Regex.Matches(text, @"^\s*(?:- )?uses: (.*)$", RegexOptions.Multiline),
            used => Assert.Matches(@"^(\./|[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d)", used.Groups[1].Value));
        Assert.Contains("\npermissions:\n  contents: read\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(": write", text, StringComparison.Ordinal);
        Assert.Contains("\nconcurrency:\n", text, StringComparison.Ordinal);
        Assert.Equal(
            Regex.Count(text, "^    runs-on: ", RegexOptions.Multiline),
            Regex.Count(text, @"^    timeout-minutes: \d+$", RegexOptions.Multiline));
    }

    [Fact]
    public void There_are_workflows() => Assert.Equal(4, Workflows.Count);
}
