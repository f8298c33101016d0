using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Routing;

/// <summary>A route with its destinations' endpoints looked up.</summary>
internal sealed class CompiledRoute(int index, IReadOnlyList<HttpMatch> matches, CompiledDestination[] destinations)
{
    private readonly HttpMatch[] _matches = [.. matches];
    private readonly int _totalWeight = destinations.Sum(destination => destination.Weight);

    public int Index { get; } = index;

    public bool Matches<TRequest>(in TRequest request) where TRequest : struct, IRoutableRequest
    {
        if (_matches.Length == 0)
            return true;

        foreach (var match in _matches)
        {
            if (Matches(match, request))
                return true;
        }

        return false;
    }

    public CompiledDestination Pick(Random random)
    {
        if (destinations.Length == 1)
            return destinations[0];

        var draw = random.Next(_totalWeight);
        foreach (var destination in destinations)
        {
            draw -= destination.Weight;
            if (draw < 0)
                return destination;
        }

        return destinations[^1];
    }

    private static bool Matches<TRequest>(HttpMatch match, in TRequest request) where TRequest : struct, IRoutableRequest
    {
        if (match.Method is { } method && !method.IsMatch(request.Method))
            return false;

        if (match.Uri is { } uri && !uri.IsMatch(request.Path, match.IgnoreUriCase))
            return false;

        if (match.Authority is { } authority && !authority.IsMatch(request.Authority))
            return false;

        for (var i = 0; i < match.Headers.Count; i++)
        {
            if (!HasHeader(match.Headers[i], request))
                return false;
        }

        for (var i = 0; i < match.WithoutHeaders.Count; i++)
        {
            if (HasHeader(match.WithoutHeaders[i], request))
                return false;
        }

        return true;
    }

    private static bool HasHeader<TRequest>(KeyValuePair<string, StringMatch> header, in TRequest request) where TRequest : struct, IRoutableRequest =>
        request.TryGetHeader(header.Key, out var value) && header.Value.IsMatch(value);
}

/// <summary>A destination with its endpoints.</summary>
internal sealed class CompiledDestination(string? subset, int weight, Endpoint[] endpoints)
{
    public string? Subset { get; } = subset;

    public int Weight { get; } = weight;

    // RANDOM; a DestinationRule that asks for anything else is refused.
    public Endpoint? Pick(Random random) => endpoints.Length switch
    {
        0 => null,
        1 => endpoints[0],
        var count => endpoints[random.Next(count)],
    };
}
