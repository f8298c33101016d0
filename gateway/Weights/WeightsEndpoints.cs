using System.Text.Json;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Weights;

/// <summary>Reads and edits the configured weights.</summary>
public static partial class WeightsEndpoints
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

    private static async Task<IResult> SetWeightsAsync(
        string service, WeightEdit edit, HttpContext context, ConfiguredWeights configured, MeshFolder mesh, ILogger<WeightEdit> logger, CancellationToken cancellationToken)
    {
        if (!configured.Services.Contains(service))
            return TypedResults.Problem($"There is no service '{service}'; there are {string.Join(", ", configured.Services)}.", statusCode: StatusCodes.Status404NotFound);

        if (ReadWeights(edit.Weights, out var weights) is { Count: > 0 } errors)
            return Unprocessable(errors);

        switch (await mesh.SetWeightsAsync(service, weights, edit.ResourceVersion, cancellationToken))
        {
            case WeightEditResult.Updated updated:
                LogEdited(logger, context.User.Identity!.Name!, service, string.Join(", ", weights.Select(weight => $"{weight.Key} {weight.Value}")));
                return TypedResults.Ok(new ServiceWeights(service, updated.Weights.ResourceVersion, updated.Weights.BySubset));
            case WeightEditResult.Conflict conflict:
                return TypedResults.Problem(
                    "Somebody else has changed this VirtualService in the meantime; these are its weights now.",
                    statusCode: StatusCodes.Status409Conflict,
                    extensions: new Dictionary<string, object?> { ["current"] = new { conflict.Current.ResourceVersion, Weights = conflict.Current.BySubset } });
            case WeightEditResult.Invalid invalid:
                return Unprocessable(invalid.Errors);
            default:
                return TypedResults.Problem($"'{service}' has no VirtualService with a default route.", statusCode: StatusCodes.Status404NotFound);
        }
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

    private static ProblemHttpResult Unprocessable(IEnumerable<KeyValuePair<string, string[]>> errors) =>
        TypedResults.Problem(new HttpValidationProblemDetails(errors) { Status = StatusCodes.Status422UnprocessableEntity, Title = "The weights are not what is allowed." });

    private static string PascalCase(string name) =>
        string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    [LoggerMessage(LogLevel.Information, "{User} has set the weights of {Service} to {Weights}")]
    private static partial void LogEdited(ILogger logger, string user, string service, string weights);
}
