using System.Text.Json.Nodes;

namespace MessageBoard.MeshKubernetes.Tests;

public sealed class ObjectPatchTests
{
    private static readonly JsonObject Before = Parse("""
        {"metadata":{"resourceVersion":"7","labels":{"a/b":"1"}},"spec":{"http":[{"name":"a"},{"name":"b","route":[{"weight":70},{"weight":30}]},{"name":"c"}]}}
        """);

    [Fact]
    public void Nothing_to_change_is_no_patch() => Assert.Empty(ObjectPatch.Create(Before, (JsonObject)Before.DeepClone()));

    [Fact]
    public void A_weight_is_replaced_after_a_test_of_the_version_and_of_its_route()
    {
        var after = (JsonObject)Before.DeepClone();
        after["spec"]!["http"]![1]!["route"]![0]!["weight"] = 90;
        after["spec"]!["http"]![1]!["route"]![1]!["weight"] = 10;

        Assert.Equal(
            """
            [{"op":"test","path":"/metadata/resourceVersion","value":"7"},{"op":"test","path":"/spec/http/1","value":{"name":"b","route":[{"weight":70},{"weight":30}]}},{"op":"replace","path":"/spec/http/1/route/0/weight","value":90},{"op":"replace","path":"/spec/http/1/route/1/weight","value":10}]
            """,
            ObjectPatch.Create(Before, after).ToJsonString());
    }

    [Theory]
    [InlineData("""{"http":[{"name":"new"},{"name":"a"},{"name":"b","route":[{"weight":70},{"weight":30}]},{"name":"c"}]}""", "add /spec/http/0")]
    [InlineData("""{"http":[{"name":"a"},{"name":"b","route":[{"weight":70},{"weight":30}]},{"name":"c"},{"name":"new"}]}""", "add /spec/http/3")]
    [InlineData("""{"http":[{"name":"a"},{"name":"c"}]}""", "remove /spec/http/1")]
    [InlineData("""{"http":[]}""", "remove /spec/http/2 remove /spec/http/1 remove /spec/http/0")]
    [InlineData("""{"http":[{"name":"x"},{"name":"c"}]}""", "replace /spec/http/0/name remove /spec/http/1")]
    [InlineData("""{"http":null}""", "replace /spec/http")]
    [InlineData("{}", "remove /spec/http")]
    public void Items_put_in_or_taken_out_leave_the_others_alone(string spec, string changes)
    {
        var after = (JsonObject)Before.DeepClone();
        after["spec"] = JsonNode.Parse(spec);

        var patch = ObjectPatch.Create(Before, after);

        Assert.Equal(changes, string.Join(' ', patch.Where(operation => (string)operation!["op"]! != "test").Select(operation => $"{operation!["op"]} {operation["path"]}")));
    }

    [Fact]
    public void Keys_are_escaped()
    {
        var after = (JsonObject)Before.DeepClone();
        after["metadata"]!["labels"]!["a/b"] = "2";
        after["metadata"]!["labels"]!["c~d"] = "3";

        Assert.Equal(["/metadata/labels/a~1b", "/metadata/labels/c~0d"], ObjectPatch.Create(Before, after).Skip(1).Select(operation => (string)operation!["path"]!));
    }

    [Fact]
    public void What_is_tested_is_written_as_the_API_server_wrote_it()
    {
        const string Route = """{"match":[{"uri":{"regex":"/a.+'\u003c\u003e\u0026é"}}],"weight":0.10}""";
        var live = System.Text.Json.JsonDocument.Parse($$$"""{"metadata":{"resourceVersion":"7"},"spec":{"http":[{{{Route}}}]}}""").RootElement;
        var after = JsonObject.Create(live)!;
        after["spec"]!["http"]![0]!["weight"] = 1;

        var text = ObjectPatch.Write(ObjectPatch.Create(JsonObject.Create(live)!, after), live);

        Assert.Contains($$"""{"op":"test","path":"/spec/http/0","value":{{Route}}}""", text);
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
