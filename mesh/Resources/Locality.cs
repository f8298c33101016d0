namespace MessageBoard.Mesh.Resources;

/// <summary>Where a workload runs; what nobody has said is empty.</summary>
/// <param name="Region">The region. On one machine it is the cluster.</param>
/// <param name="Zone">The zone.</param>
/// <param name="Subzone">The sub-zone.</param>
public readonly record struct Locality(string Region, string Zone, string Subzone)
{
    /// <summary>Reads <c>region/zone/sub-zone</c>.</summary>
    public static Locality Parse(string? text) => (text ?? "").Split('/') switch
    {
        [var region] => new(region, "", ""),
        [var region, var zone] => new(region, zone, ""),
        [var region, var zone, var subzone, ..] => new(region, zone, subzone),
        _ => default, // never
    };

    /// <summary>Whether a pattern such as <c>*</c>, <c>region</c> or <c>region/zone/*</c> stands for it.</summary>
    public bool IsCoveredBy(Locality pattern) =>
        (pattern.Region == "*" || pattern.Region == Region)
        && (pattern.Zone is "*" or "" || pattern.Zone == Zone)
        && (pattern.Subzone is "*" or "" || pattern.Subzone == Subzone);

    /// <summary>How far away another one is: 0 for the same sub-zone, 1 zone, 2 region, 3 anywhere else.</summary>
    public int DistanceTo(Locality other) =>
        Region != other.Region ? 3 : Zone != other.Zone ? 2 : Subzone != other.Subzone ? 1 : 0;
}
