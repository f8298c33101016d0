using System.Text.Json;
using System.Text.Json.Nodes;

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
              { "name": "default", "route": [{ "destination": { "host": "user-service", "subset": "ctx1" }, "weight": 70 }], "timeout": "0.5s" },
              { "fault": { "abort": { "httpStatus": 503, "percentage": { "value": 0.1 } } }, "route": [{ "destination": { "host": "user-service" } }], "headers": { "request": { "set": { "x": "1", "y": "a: b # c", "z": "two\nlines\n" } } } }
            ],
            "exportTo": []
          },
          "status": { "conditions": [] }
        }
        """;

    private static readonly JsonElement Element = JsonDocument.Parse(Live).RootElement;

    [Fact]
    public void What_the_API_server_writes_is_not_shown()
    {
        var yaml = ObjectText.Write(Element);

        Assert.StartsWith("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  annotations:\n    team: \"yes\"\n  name: user-service\n  namespace: messageboard\nspec:\n  hosts:\n    - user-service\n", yaml);
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
    [InlineData("70", "70")]
    [InlineData("0.1", "0.1")]
    [InlineData("-3", "-3")]
    [InlineData("'70'", "\"70\"")]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("~", "null")]
    [InlineData("007", "\"007\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("10s", "\"10s\"")]
    public void Scalars_are_what_kubectl_makes_of_them(string yaml, string json) =>
        Assert.Equal(json, ObjectText.Read($"metadata: {{}}\nspec:\n  value: {yaml}\n", Element)["spec"]!["value"]?.ToJsonString() ?? "null");
}
