using System.Text.Json;
using MessageBoard.Gateway.Rules;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Shared.Sessions;

namespace MessageBoard.Gateway.Weights;

/// <summary>Reads and edits the configured weights.</summary>
public static class WeightsEndpoints
{
    /// <summary>Maps <c>GET /traffic-weights</c> and <c>PUT /api/traffic/weights/{service}</c>.</summary>
    public static IEndpointRouteBuilder MapWeights(this IEndpointRouteBuilder app)
    {
        app.MapGet("/traffic-weights", GetWeights);
        app.MapPut("/api/traffic/weights/{service}", SetWeightsAsync).RequireAuthorization(SessionAuthentication.AdminPolicy);
        return app;
    }

    /// <summary>The body of a weight edit.</summary>
    /// <param name="Weights">Whole percents from 0 to 100 by cluster, adding up to 100.</param>
    /// <param name="ResourceVersion">The version the edit is based on; without it the edit goes through whatever was there, as in Kubernetes.</param>
    public sealed record WeightEdit(Dictionary<string, JsonElement>? Weights, string? ResourceVersion);

    // One flat object, as the first systems had it: UserServiceCtx1Weight.
    private static SortedDictionary<string, int> GetWeights(ConfiguredWeights configured)
    {
        var all = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var service in configured.Read().Services)
        {
            foreach (var (cluster, weight) in service.Weights ?? new Dictionary<string, int>())
                all[$"{PascalCase(service.Service)}{PascalCase(cluster)}Weight"] = weight;
        }

        return all;
    }

    private static async Task<IResult> SetWeightsAsync(string service, WeightEdit edit, HttpContext context, RouteEdits edits)
    {
        if (edits.Unknown(service) is { } unknown)
            return unknown;

        return ReadWeights(edit.Weights, out var weights) is { Count: > 0 } errors
            ? RouteEdits.Unprocessable(errors)
            : await edits.ApplyAsync(service, new WeightsEdit(weights), edit.ResourceVersion, context);
    }

    // Numbers are read here and not by the JSON binder, which knows no 422 and would stop at the first wrong one.
    private static Dictionary<string, string[]> ReadWeights(Dictionary<string, JsonElement>? given, out Dictionary<string, int> weights)
    {
        weights = [];
        var errors = new Dictionary<string, string[]>();
        foreach (var (cluster, value) in given ?? [])
        {
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var weight))
                weights[cluster] = weight;
            else
                errors[$"weights.{cluster}"] = ["has to be a whole number from 0 to 100."];
        }

        if (given is null)
            errors["weights"] = ["is missing."];

        return errors;
    }

    private static string PascalCase(string name) =>
        string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
