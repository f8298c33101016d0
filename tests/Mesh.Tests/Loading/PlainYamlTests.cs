using YamlDotNet.Core;

namespace MessageBoard.Mesh.Tests.Loading;

/// <summary>What is read by the short way is what all of YAML's parser reads; whatever is no YAML is not read by it.</summary>
public class PlainYamlTests(ITestOutputHelper output)
{
    private readonly int _seed = Random.Shared.Next();

    [Theory]
    [InlineData("a: b # c\n# d\n\nlist:\n- 1\n-   x: \"y: z\"\n    w: 'v'\n- - deep\n  - [a, {b: c}, \"d\", []]\nend: {}\n")]
    [InlineData("a: http://x:80/y#z\n")]
    [InlineData("a: b\n c\n")]
    [InlineData("a: b\n\n  c\n")]
    [InlineData("a:\n  - b\n c: d\n")]
    [InlineData("a:\n")]
    [InlineData("a: b: c\n")]
    [InlineData("a: {b}\n")]
    [InlineData("a: {b:c, d: e}\n")]
    [InlineData("a: [b, c: d]\n")]
    [InlineData("a: [b,]\n")]
    [InlineData("a: 'it''s'\n")]
    [InlineData("a: \"x\"y\n")]
    [InlineData("a: [b#c, d #e\n]\n")]
    [InlineData("- a: b\n  c: d\n-\n  e: f\n")]
    [InlineData("  a: b\n  c: d\n")]
    [InlineData("  a: b\nc: d\n")]
    [InlineData("---\na: b\n---\n---\n# c\n---\nd: e\n")]
    [InlineData("a: b\n--- c\n")]
    [InlineData("a: |\n  --- b\n")]
    [InlineData("- a\nb: c\n")]
    [InlineData("a: - b\n")]
    [InlineData("a: -b\nc: -\n")]
    [InlineData("a : b\n")]
    [InlineData("<<: {a: b}\n")]
    [InlineData("a: {b: [c, d], e: -1, f: *.g}\n")]
    [InlineData("a: {b: *1}\n")]
    [InlineData("a: [-, -1, - 2]\n")]
    [InlineData("a: [b c, d]\n")]
    [InlineData("? a\n: b\n")]
    public void Either_way_reads_the_same(string text) => Compare(text);

    [Fact]
    public void Files_of_the_project_and_changes_to_them_are_read_the_same()
    {
        output.WriteLine($"seed {_seed}");
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio"), "*.yaml", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .Append(Yaml.Join(Yaml.Split(70, 30), Yaml.UserService))
            .ToArray();
        Assert.True(files.Count(Compare) > files.Length / 2, "few files are read by the short way");
        const string Pieces = "{}[]:-,'\"&*!|>%@`#?\n \t\\<0~x";
        var (random, plain) = (new Random(_seed), 0);
        for (var round = 0; round < 10_000; round++)
        {
            var text = new StringBuilder(files[random.Next(files.Length)]);
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(text.Length);
                if (random.Next(3) > 0)
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                else
                    text.Remove(at, Math.Min(random.Next(1, 5), text.Length - at));
            }

            plain += Compare(text.ToString()) ? 1 : 0;
        }

        Assert.True(plain > 1_000, $"{plain} were read by the short way");
    }

    [Fact]
    public void Random_pieces_are_read_the_same()
    {
        output.WriteLine($"seed {_seed}");
        string[] pieces =
        [
            "a: ", "b:\n", "c: d\n", "- ", "-\n", "- e\n", "  ", "  ", "    ", "\n", "\n", "{", "}", "[", "]", ", ", ",", ": ", ":",
            "{f: g}", "[h, i]", "{j: [k, {l: m}]}", "'n'", "\"o\"", "# p", " # q\n", "---\n", "...\n", "|\n", "? ", "&r ", "*", "~",
            "null", "1", "-1", "/s", "t u", "v\n", "\\", "(w|x)+", "y.z:80", "%", "@", "=",
        ];
        var (random, plain) = (new Random(_seed), 0);
        for (var round = 0; round < 200_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)]));
            plain += Compare(text) ? 1 : 0;
        }

        Assert.True(plain > 1_000, $"{plain} were read by the short way");
    }

    /// <summary>Whether it was read by the short way; the same as by the long one, then.</summary>
    private bool Compare(string text)
    {
        if (!PlainYaml.IsKnown(text))
            return false;

        var yaml = new PlainYaml(text);
        List<YamlItem?> plain = [.. DocumentText.Split(text).Select(yaml.Read)];
        if (plain.Contains(null))
            return false;

        try
        {
            var all = YamlDocuments.ReadItems(text).Where(item => item is not YamlText { IsNull: true }).Select(Describe).ToList();
            var read = plain.Select(item => Describe(item!)).ToList();
            Assert.True(
                all.SequenceEqual(read),
                $"seed {_seed}: {string.Join("\n---\n", read)}\nis in truth:\n{string.Join("\n---\n", all)}\nin:\n{text}");
        }
        catch (YamlException exception)
        {
            Assert.Fail($"seed {_seed}: {exception.Message}\n{text}");
        }

        return plain.Count > 0;
    }

    private static string Describe(YamlItem item) => item switch
    {
        YamlText text => $"{item.Line}{(text.IsPlain ? "" : "'")}{text.Value}",
        YamlList list => $"{item.Line}[{string.Join('\n', list.Items.Select(Describe))}]",
        YamlMap map => $"{item.Line}{{{string.Join('\n', Enumerable.Range(0, map.Count).Select(
            index => $"{Describe(map[index].Key)}:{Describe(map[index].Value)}"))}}}",
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };
}
