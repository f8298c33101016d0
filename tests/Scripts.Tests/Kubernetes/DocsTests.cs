namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>docs/kubernetes.md says what deploy-all.sh does and says.</summary>
public sealed class DocsTests
{
    private readonly string _docs = Read("docs", "kubernetes.md");

    [Fact]
    public void Each_step_is_explained_under_its_own_name()
    {
        var titles = Regex.Matches(Read("scripts", "deploy-kubernetes.sh"), "^ *(?:[a-z]+_)?step \"([^\"]+)\" ", RegexOptions.Multiline)
            .Select(step => step.Groups[1].Value).ToList();

        Assert.Equal(19, titles.Count);
        Assert.All(titles, title => Assert.Matches($@"\n\| ([\w ]+, )?{Regex.Escape(title)}(, [\w ]+)? \|", _docs));
    }

    [Fact]
    public void What_it_is_said_to_say_it_says()
    {
        var scripts = Read("scripts", "deploy-kubernetes.sh") + Read("scripts", "k8s", "hints.sh") + Read("scripts", "k8s", "istio.sh");
        var spoken = Regex.Replace(scripts.Replace("'\"'\"'", "'"), @"\s+", " ");
        var troubles = _docs[_docs.IndexOf("## Troubles people met", StringComparison.Ordinal).._docs.IndexOf(
            "## Cloud by cloud", StringComparison.Ordinal)];
        var quoted = troubles.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line =>
            line.Split(" | ")[2])
            .SelectMany(cell => Regex.Matches(cell, "\"([^\"]+)\"").Select(quote => quote.Groups[1].Value)).ToList();

        Assert.True(quoted.Count >= 10, string.Join('\n', quoted));
        Assert.All(quoted.SelectMany(quote => quote.Split('…', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
            words => Assert.Contains(words, spoken, StringComparison.Ordinal));
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Repository.Root, .. path]));
}
