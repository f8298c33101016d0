namespace MessageBoard.Mesh.Tests.Loading;

/// <summary>Any text at all ends in an answer, soon and without much memory.</summary>
public class HostileYamlTests(ITestOutputHelper output)
{
    private const int Mebibyte = 1024 * 1024;

    public static TheoryData<string, string> Texts => new()
    {
        { "nothing", "" },
        { "blanks", " \n\t\n" },
        { "a tab", "a:\n\tb: 1" },
        { "nul", "\0" },
        { "a scalar", "hello" },
        { "a list", "[1, 2]" },
        { "an open list", "a: [1, 2" },
        { "an open text", "a: \"b" },
        { "a key twice", "a: 1\na: 2" },
        { "an alias", "a: &x 1\nb: *x" },
        { "an alias to itself", "a: &x [*x]" },
        { "a merge", "a: &x {b: 1}\nc:\n  <<: *x" },
        { "a bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]" },
        { "a version of YAML", "%YAML 999999999999999.1\n---\na: 1" },
        { "a tag nobody knows", "a: !<tag:nobody> 1" },
        { "a lone surrogate", "a: \"\\ud800\"" },
        { "keys that are mappings", "? {a: {b: c}}\n: {d: e}" },
        { "deep lists", new string('[', Mebibyte) },
        { "deep mappings", string.Concat(Enumerable.Repeat("{a: ", Mebibyte / 4)) },
        { "deep blocks", string.Join('\n', Enumerable.Range(0, 1000).Select(depth => new string(' ', depth) + "a:")) },
        { "deep keys", string.Concat(Enumerable.Repeat("? ", Mebibyte / 2)) },
        { "many documents", string.Concat(Enumerable.Repeat("---\n", Mebibyte / 4)) },
        { "many resources", string.Concat(Enumerable.Repeat("apiVersion: networking.istio.io/v1\nkind: X\n---\n", Mebibyte / 44)) },
        { "many keys", string.Concat(Enumerable.Range(0, Mebibyte / 10).Select(number => $"a{number}: 1\n")) },
        { "many unknown fields", Yaml.Rule + "\n"
            + string.Concat(Enumerable.Range(0, Mebibyte / 16).Select(number => $"  a{number}: 1\n")) },
        { "a long text", "a: " + new string('x', Mebibyte - 3) },
        { "many anchors", string.Concat(Enumerable.Range(0, Mebibyte / 12).Select(number => $"- &a{number} 1\n")) },
        { "a long regex", Yaml.Routes(
            $"- match: [{{uri: {{regex: '{new string('(', 1000)}'}}}}]\n  route: [{{destination: {{host: a}}}}]") },
        { "flow lists", "[" + string.Concat(Enumerable.Repeat("a,", Mebibyte / 2 - 1)) + "]" },
        { "many labels", "apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {name: a}\nspec:\n  labels:\n"
            + string.Concat(Enumerable.Range(0, 45_000).Select(number => $"    a {number}: b\n")) },
        { "many hosts", Yaml.Routes(
            "- route: [{destination: {host: a}}]", string.Join("\", \"", Enumerable.Range(0, 90_000).Select(number => "a"))) },
        { "many wildcards", Yaml.Routes(
            "- route: [{destination: {host: a}}]",
            string.Join("\", \"", Enumerable.Range(0, 45_000).Select(number => $"*.h{number}"))) + "\nstatsu: 1" },
        { "many localities", "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec:\n  host: a\n  "
            + "trafficPolicy:\n    loadBalancer:\n      localityLbSetting:\n        distribute:\n"
            + string.Concat(Enumerable.Range(0, 15_000).Select(number => $"        - {{from: a/{number}, to: {{b: 100}}}}\n"))
                + "statsu: 1" },
        { "large regexes", Yaml.Routes(string.Concat(Enumerable.Range(0, 900)
            .Select(number => $"- match: [{{uri: {{regex: '{string.Concat(Enumerable.Repeat(".{1000}", 140))}'}}}}]\n"))) },
        { "many regexes", Yaml.Routes(string.Concat(Enumerable.Range(0, 10_000)
            .Select(number => $"- match: [{{uri: {{regex: '/a{number}/.*|[a-z]{{3,9}}'}}}}]\n"))) },
        { "many comments", string.Concat(Enumerable.Repeat("# a\n", Mebibyte / 4)) },
        { "a long comment", "# " + new string('x', Mebibyte - 3) },
        { "long keys", string.Concat(Enumerable.Range(0, 1000).Select(number => $"{number}{new string('x', 1000)}: 1\n")) },
        { "a folded text", "a: >\n" + string.Concat(Enumerable.Repeat(" x\n\n", Mebibyte / 4)) },
        { "escapes", "a: \"" + string.Concat(Enumerable.Repeat("\\u0041", Mebibyte / 6 - 2)) + "\"" },
        { "a regex that grows", Yaml.Routes(
            "- match: [{uri: {regex: '((a{1,100}){1,100}){1,100}'}}]\n  route: [{destination: {host: a}}]") },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void It_is_refused_in_time_and_memory(string what, string text)
    {
        var (file, took, allocated) = Read(text);
        output.WriteLine($"{what}: {took.TotalMilliseconds:N0} ms, {allocated / Mebibyte} MiB allocated");
        Assert.True(took.TotalSeconds < 3, $"{what} took {took}");
        Assert.True(allocated < 64L * Mebibyte, $"{what} took {allocated:N0} bytes");
        Assert.Empty(file.Resources);
        Assert.InRange(file.Problems.Count, 0, ResourceFile.MaxProblems + 1);
    }

    private static (ResourceFile File, TimeSpan Took, long Allocated) Read(string text)
    {
        ResourceFile file = null!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var took = ProcessorTime.Of(() => file = ResourceFile.Read("a.yaml", text));
        return (file, took, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Random_changes_to_a_good_file_never_throw()
    {
        var good = Yaml.Join(Yaml.Split(70, 30), Yaml.UserService);
        const string Pieces = "{}[]:-,'\"&*!|>%@`#?\n \t\0\\<0xAé😀\u0085\u2028\uFEFF";
        var random = new Random(20261120);
        for (var round = 0; round < 10_000; round++)
        {
            var text = good.ToList();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0:
                        text.RemoveAt(at);
                        break;
                    case 1:
                        text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                        break;
                    case 2:
                        text[at] = Pieces[random.Next(Pieces.Length)];
                        break;
                    default:
                        text.RemoveRange(at, Math.Min(random.Next(200), text.Count - at));
                        break;
                }

                if (text.Count == 0)
                    break;
            }

            var mangled = new string([.. text]);
            var thrown = Record.Exception(() => ResourceFile.Read("a.yaml", mangled));
            Assert.True(thrown is null, $"round {round}: {thrown}\n{mangled}");
        }
    }
}
