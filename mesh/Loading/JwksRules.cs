using System.Buffers.Text;
using System.Text.Json;

namespace MessageBoard.Mesh.Loading;

/// <summary>JSON Web Key Sets (RFC 7517), or a single key, as Istio reads them.</summary>
internal static class JwksRules
{
    // RFC 7518 and RFC 8037: what a key of a type cannot do without. Of each, whether it is base64url.
    private static readonly Dictionary<string, (string Name, bool IsBinary)[]> Members = new()
    {
        ["RSA"] = [("n", true), ("e", true)],
        ["EC"] = [("crv", false), ("x", true), ("y", true)],
        ["OKP"] = [("crv", false), ("x", true)],
        ["oct"] = [("k", true)],
    };

    /// <summary>What is wrong with a text; null for nothing.</summary>
    public static string? Problem(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root)
                return "has to be a JSON Web Key Set";

            if (!root.TryGetProperty("keys", out var keys))
                return KeyProblem(root);

            return keys.ValueKind != JsonValueKind.Array
                ? "has to be a JSON Web Key Set: its keys are no list"
                : keys.EnumerateArray().Select(KeyProblem).FirstOrDefault(problem => problem is not null);
        }
        catch (JsonException)
        {
            return "has to be a JSON Web Key Set, and is no JSON";
        }
    }

    /// <summary>The types of the keys of a valid text.</summary>
    public static IReadOnlyList<string> Types(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.TryGetProperty("keys", out var keys)
            ? [.. keys.EnumerateArray().Select(key => TextOf(key, "kty")).OfType<string>()]
            : [.. new[] { TextOf(document.RootElement, "kty") }.OfType<string>()];
    }

    private static string? KeyProblem(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || TextOf(key, "kty") is not { } type)
            return "has a key without a kty";

        if (!Members.TryGetValue(type, out var members))
            return $"has a key of the unknown kty '{type}'";

        foreach (var (name, isBinary) in members)
        {
            if (TextOf(key, name) is not { Length: > 0 } value || (isBinary && !Base64Url.IsValid(value)))
                return $"has a key of kty {type} without a valid '{name}'";
        }

        return null;
    }

    private static string? TextOf(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
