namespace MessageBoard.Mesh.Routing;

/// <summary>Counts what resources have lost to older ones.</summary>
internal sealed class Force
{
    private readonly Dictionary<ResourceKey, (int Lost, int Of)> _lost = [];

    /// <summary>A part of a resource is not in force.</summary>
    /// <param name="key">The resource.</param>
    /// <param name="parts">How many parts it has.</param>
    public void Lose(ResourceKey key, int parts)
    {
        var (lost, of) = _lost.GetValueOrDefault(key);
        _lost[key] = (lost + 1, Math.Max(of, parts));
    }

    /// <summary>How much of a resource is in force.</summary>
    public InForce Of(ResourceKey key) =>
        !_lost.TryGetValue(key, out var lost) ? InForce.Wholly : lost.Lost < lost.Of ? InForce.Partly : InForce.No;
}
