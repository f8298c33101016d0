using System.Text.Json;
using System.Text.Json.Nodes;

namespace MessageBoard.Mesh.Authentication;

/// <summary>Claims whose text is a list of words, which policies match one by one.</summary>
internal static class SpaceDelimited
{
    // Istio always adds these (pilot/pkg/security/authn/policy_applier.go, buildSpaceDelimitedClaims).
    private static readonly string[] Always = ["permission", "scope"];

    /// <summary>The payload with such claims as lists.</summary>
    public static JsonElement Split(JsonElement payload, IReadOnlyList<string> names)
    {
        JsonObject? split = null;
        foreach (var name in Always.Concat(names).Distinct())
        {
            if (!payload.TryGetProperty(name, out var claim) || claim.ValueKind != JsonValueKind.String)
                continue;

            split ??= JsonObject.Create(payload)!;
            split[name] = new JsonArray(
                [.. claim.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => JsonValue.Create(word))]);
        }

        return split is null ? payload : JsonSerializer.SerializeToElement(split);
    }
}
