namespace MessageBoard.MeshKubernetes.Tests;

public sealed class ObjectTextTests
{
    private const string Live = """
        {
          "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
          "metadata": {
            "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "yes" },
            "creationTimestamp": "2026-11-21T07:00:00Z", "generation": 3, "name": "user-service", "namespace": "messageboard",
            "managedFields": [{ "manager": "kubectl" }], "resourceVersion": "71", "uid": "0a"
          },
          "spec": {
            "hosts": ["user-service", "*.example.com"],
            "http": [
              { "name": "default", "route": [{ "destination": { "host": "user-service", "subset": "ctx1" }, "weight": 70 }],
                "timeout": "0.5s" },
              { "fault": { "abort": { "httpStatus": 503, "percentage": { "value": 0.1 } } },
                "route": [{ "destination": { "host": "user-service" } }], "headers": { "request": { "set": { "x": "1", "y": "a: b # c",
                  "z": "two\nlines\n" } } } }
            ],
            "exportTo": []
          },
          "status": { "conditions": [] }
        }
        """;

    private static readonly JsonElement Element = Parse(Live);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    [Fact]
    public void What_the_API_server_writes_is_not_shown()
    {
        var yaml = ObjectText.Write(Element);

        Assert.StartsWith("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  annotations:\n    team: \"yes\"\n  "
            + "name: user-service\n  namespace: messageboard\nspec:\n  hosts:\n    - user-service\n", yaml);
        foreach (var hidden in (string[])["resourceVersion", "managedFields", "uid", "status", "last-applied", "generation", "..."])
            Assert.DoesNotContain(hidden, yaml);
    }

    [Fact]
    public void Reading_what_was_written_gives_the_same_object() =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Live), ObjectText.Read(ObjectText.Write(Element), Element)));

    [Fact]
    public void A_text_cannot_change_what_is_the_servers()
    {
        var read = ObjectText.Read(
            """
            apiVersion: networking.istio.io/v1beta1
            kind: VirtualService
            metadata: { name: user-service, namespace: messageboard, uid: mine, resourceVersion: "1", labels: { a: b } }
            spec: { hosts: [user-service] }
            status: { conditions: [{ type: mine }] }
            """, Element);

        Assert.Equal("networking.istio.io/v1", (string?)read["apiVersion"]);
        Assert.Equal(("0a", "71"), ((string?)read["metadata"]!["uid"], (string?)read["metadata"]!["resourceVersion"]));
        Assert.Equal("""{"kubectl.kubernetes.io/last-applied-configuration":"{}"}""", read["metadata"]!["annotations"]!.ToJsonString());
        Assert.Empty(read["status"]!["conditions"]!.AsArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("  \n")]
    [InlineData("a\r\nb")]
    [InlineData("a\u0085b\nc")]
    [InlineData("a\u2028b\nc")]
    [InlineData("two\nlines\n\n")]
    [InlineData(" indented\nlines")]
    [InlineData("tab\tand \"quotes\" and \\")]
    [InlineData("0x1F")]
    [InlineData("1e3")]
    [InlineData("2026-11-21")]
    [InlineData("# no comment")]
    [InlineData("한국어 😀 é")]
    [InlineData("\u0001\u007f\ufeff")]
    [InlineData("---")]
    [InlineData("- a\n...\n")]
    public void A_text_comes_back_letter_for_letter(string text)
    {
        var resource = JsonSerializer.SerializeToElement(new { metadata = new { name = "a" }, spec = new { text } });

        Assert.Equal(text, (string?)ObjectText.Read(ObjectText.Write(resource), resource)["spec"]!["text"]);
    }

    [Fact]
    public void Another_clusters_object_gets_what_was_edited_and_keeps_its_own_annotations()
    {
        var before = Parse("""{"metadata":{"name":"a","annotations":{"team":"one","old":"1"}},"spec":{"x":1}}""");
        var after = (JsonObject)JsonNode.Parse("""{"metadata":{"name":"a","annotations":{"team":"one","new":"2"}},"spec":{"x":2}}""")!;
        var other = Parse("""{"metadata":{"name":"a","annotations":{"team":"two","old":"1"}},"spec":{"x":7}}""");

        var same = ObjectText.Read(ObjectText.WriteSame(before, after, other), other);

        Assert.Equal("""{"new":"2","team":"two"}""", new JsonObject(same["metadata"]!["annotations"]!.AsObject().OrderBy(
            entry => entry.Key).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))).ToJsonString());
        Assert.Equal("""{"x":2}""", same["spec"]!.ToJsonString());
    }

    [Fact]
    public void A_key_that_is_no_text_is_refused() =>
        Assert.Throws<YamlDotNet.Core.YamlException>(() => ObjectText.Read("metadata:\n  labels: {? [a] : b}\n", Element));

    [Theory]
    [InlineData("70", "70")]
    [InlineData("0.1", "0.1")]
    [InlineData("-3", "-3")]
    [InlineData("'70'", "\"70\"")]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("~", "null")]
    [InlineData("+70", "70")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("10s", "\"10s\"")]
    public void Scalars_are_what_kubectl_makes_of_them(string yaml, string json) =>
        Assert.Equal(
            json, ObjectText.Read($"metadata: {{}}\nspec:\n  value: {yaml}\n", Element)["spec"]!["value"]?.ToJsonString() ?? "null");
}
