namespace MessageBoard.Mesh.Resources;

/// <summary>How much of a resource is carried out.</summary>
public enum InForce
{
    /// <summary>All of it.</summary>
    Wholly,

    /// <summary>Some hosts, subsets or policies of it; older resources have the others.</summary>
    Partly,

    /// <summary>Nothing: it is refused, or older ones have all of it.</summary>
    No,
}
