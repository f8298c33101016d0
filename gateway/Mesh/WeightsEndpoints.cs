namespace MessageBoard.Gateway.Mesh;

/// <summary>Reads and edits the configured weights.</summary>
public static class WeightsEndpoints
{
    /// <summary>Maps <c>GET /traffic-weights</c> and <c>PUT /api/traffic/weights/{service}</c>.</summary>
    public static IEndpointRouteBuilder MapWeights(this IEndpointRouteBuilder app)
    {
        app.MapGet("/traffic-weights", GetWeights);
        app.MapPut("/api/traffic/weights/{service}", SetWeightsAsync)
            .RequireAuthorization(SessionAuthentication.AdminPolicy).AddEndpointFilter(FrontedServices.RequireAsync)
            .Produces<ServiceConfiguration>();
        return app;
    }

    /// <summary>The body of a weight edit: whole percents by cluster, and the version it is based on; null for whatever is there.</summary>
    public sealed record WeightEdit(Dictionary<string, JsonElement>? Weights, string? ResourceVersion);

    // One flat object, as the first systems had it: UserServiceCtx1Weight.
    private static SortedDictionary<string, int> GetWeights(FrontedServices services)
    {
        var all = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var service in services.Read().Services)
        {
            foreach (var (cluster, weight) in service.Weights ?? new Dictionary<string, int>())
                all[$"{PascalCase(service.Service)}{PascalCase(cluster)}Weight"] = weight;
        }

        return all;
    }

    private static async Task<IResult> SetWeightsAsync(string service, WeightEdit edit, HttpContext context, RouteEdits edits)
    {
        var weights = edit.Weights?.ToDictionary(weight => weight.Key, weight => Read(weight.Value));
        return weights is null
            ? EditAnswers.Unprocessable([new("weights", ["is missing."])])
            : await edits.ApplyAsync(service, new WeightsEdit(weights), edit.ResourceVersion, context);
    }

    // Not by the JSON binder, which knows no 422 and would stop at the first wrong one. What is no whole number is out of range.
    private static int Read(JsonElement weight) =>
        weight.ValueKind == JsonValueKind.Number && weight.TryGetInt32(out var number) ? number : int.MinValue;

    private static string PascalCase(string name) =>
        string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
