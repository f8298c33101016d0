namespace MessageBoard.Mesh.Configuration;

/// <summary>How a weight edit ended.</summary>
public abstract record WeightEditResult
{
    /// <summary>It is in force.</summary>
    public sealed record Updated(RouteWeights Weights) : WeightEditResult;

    /// <summary>The service has no VirtualService with a default route.</summary>
    public sealed record NotFound : WeightEditResult;

    /// <summary>Somebody else has changed the file since.</summary>
    public sealed record Conflict(RouteWeights Current) : WeightEditResult;

    /// <summary>The weights are not what is allowed; the errors are by field.</summary>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : WeightEditResult;
}
