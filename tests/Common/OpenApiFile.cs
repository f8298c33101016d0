using System.Text.Json;
using System.Text.Json.Nodes;

namespace MessageBoard.Tests;

/// <summary>The OpenAPI documents in the tree, of which the page's types are made.</summary>
public static class OpenApiFile
{
    private const string Renew = "RENEW_OPENAPI";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    /// <summary>A document is that in the tree; with <c>RENEW_OPENAPI=1</c> it is written there.</summary>
    public static async Task IsCurrentAsync(string process, string document)
    {
        var path = Path.Combine(Repository.Root, "ui", "src", "api", "openapi", $"{process}.json");
        var text = JsonNode.Parse(document)!.ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable(Renew) == "1")
            await File.WriteAllTextAsync(path, text);

        Assert.True(
            File.Exists(path) && await File.ReadAllTextAsync(path) == text,
            $"{path} is another document; with {Renew}=1 this test writes it, then: npm --prefix ui run types");
    }
}
