using YamlDotNet.Core;

namespace MessageBoard.Mesh.Tests.Loading;

public class ManyResourcesTests(ITestOutputHelper output)
{
    private const int Count = 10_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2_000)]
    public void Ten_thousand_VirtualServices_are_read_in_time(int inOneFile)
    {
        var files = Enumerable.Range(0, Count).Select(Service).Chunk(inOneFile).Select(documents => Yaml.Join(documents)).ToArray();
        Assert.All(files, text => Assert.InRange(text.Length, 1, ResourceFile.MaxBytes));
        _ = ResourceFile.Read("a.yaml", files[0]);

        Array.ForEach(files, Parse);
        var parsing = ProcessorTime.Of(() => Array.ForEach(files, Parse));
        var reading = ProcessorTime.Of(() => Assert.Equal(Count, files.Sum(text => ResourceFile.Read("a.yaml", text).Resources.Count)));

        output.WriteLine($"{Count} VirtualServices, {inOneFile} in a file: {reading.TotalMilliseconds:N0} ms, of which YAML "
            + $"{parsing.TotalMilliseconds:N0} ms");
        Assert.True(reading < 10 * parsing, $"{reading}, of which YAML {parsing}");
    }

    private static void Parse(string text)
    {
        for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
            continue;
    }

    private static string Service(int number) => Yaml.Routes("""
        - route:
            - destination: {host: user-service, subset: ctx1}
              weight: 70
            - destination: {host: user-service, subset: ctx2}
              weight: 30
        """, $"service-{number}", $"service-{number}");
}
