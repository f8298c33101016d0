using MessageBoard.Mesh.Tests.Loading;

namespace MessageBoard.Mesh.Tests.Istio;

/// <summary>ValidationTable.md against the loader: what Istio takes and what it refuses.</summary>
public sealed partial class ValidationTableTests
{
    private const string SpecLine = "spec: ", Place = "…";

    private static readonly string File = Path.Combine(Repository.Root, "tests", "Mesh.Tests", "Istio", "ValidationTable.md");

    public static TheoryData<string, string, string> Valid => Examples(column: 2);

    public static TheoryData<string, string, string> Invalid => Examples(column: 3);

    [Theory]
    [MemberData(nameof(Valid))]
    public void Istio_takes_it(string kind, string rule, string spec) => Assert.True(
        InvalidToIstio(kind, spec).Length == 0, $"{rule}: {string.Join("; ", InvalidToIstio(kind, spec))}");

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Istio_refuses_it(string kind, string rule, string spec)
    {
        var problems = InvalidToIstio(kind, spec);
        Assert.True(problems.Length > 0, rule);
        Assert.All(problems, problem => Assert.StartsWith("spec", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_rule_has_its_source_and_an_example() => Assert.All(Rows(), row =>
    {
        Assert.NotEqual("", row.Cells[1]);
        Assert.NotEmpty(Code().Matches(row.Cells[2] + row.Cells[3]));
    });

    private static string[] InvalidToIstio(string kind, string spec)
    {
        var file = Loaded.File(Api(kind), kind, spec);
        var status = Assert.Single(file.Statuses);
        return [.. status.Problems.Where(problem => !problem.IsValidToIstio).Select(problem => problem.Message)];
    }

    private static string Api(string kind) => kind switch
    {
        "AuthorizationPolicy" or "PeerAuthentication" or "RequestAuthentication" => "security.istio.io/v1",
        "Telemetry" => "telemetry.istio.io/v1",
        "WasmPlugin" or "TrafficExtension" => "extensions.istio.io/v1alpha1",
        "EnvoyFilter" => "networking.istio.io/v1alpha3",
        "ProxyConfig" => "networking.istio.io/v1beta1",
        _ => "networking.istio.io/v1",
    };

    private static TheoryData<string, string, string> Examples(int column)
    {
        var examples = new TheoryData<string, string, string>();
        foreach (var row in Rows())
        {
            foreach (Match code in Code().Matches(row.Cells[column]))
                examples.Add(row.Kind, row.Cells[0], row.Spec.Replace(Place, code.Groups[1].Value.Trim(), StringComparison.Ordinal));
        }

        return examples;
    }

    // A section's name begins with the kind. A '|' within an example is written as '\|', as Markdown has it.
    private static IEnumerable<Row> Rows()
    {
        var (kind, spec) = ("", "");
        foreach (var line in System.IO.File.ReadLines(File))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                kind = line[3..].Split(' ')[0];
            else if (line.StartsWith(SpecLine, StringComparison.Ordinal))
                spec = Code().Match(line).Groups[1].Value;
            else if (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| rule |", StringComparison.Ordinal))
                yield return new(
                    kind, spec, [.. Bar().Split(line)[1..^1].Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))]);
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    private sealed record Row(string Kind, string Spec, string[] Cells);
}
