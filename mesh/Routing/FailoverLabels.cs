namespace MessageBoard.Mesh.Routing;

/// <summary>
/// The labels of a <c>failoverPriority</c> with the values that they have to have (pilot/pkg/networking/core/loadbalancer,
/// applyFailoverPriorityPerLocality).
/// </summary>
internal sealed class FailoverLabels
{
    private readonly (string Name, string Value)[] _labels;

    /// <param name="priority">The labels, the most important first, as <c>name</c> or <c>name=value</c>.</param>
    /// <param name="caller">The caller's labels.</param>
    public FailoverLabels(IReadOnlyList<string> priority, IReadOnlyDictionary<string, string> caller)
    {
        var names = priority.Select(label => label.Split('=')).ToArray();
        var given = new Dictionary<string, string>();
        foreach (var parts in names)
        {
            if (parts is [var name, var value])
                given[name] = value; // of a label that is named twice the last value holds for both
        }

        // A label that is absent is the empty text, on both sides.
        _labels = [.. names.Select(parts => (parts[0], given.GetValueOrDefault(parts[0]) ?? caller.GetValueOrDefault(parts[0]) ?? ""))];
        IgnoresNetwork = priority[0] == TopologyLabels.Network;
    }

    // Where the network is the first label, its endpoints come before all others, which are then sorted by the rest of the labels.
    private bool IgnoresNetwork { get; }

    /// <summary>How far away the bearer of these labels is: 0 when it has all in common, more when it lacks one of the first.</summary>
    public int DistanceTo(IReadOnlyDictionary<string, string> labels)
    {
        var otherNetwork = 0;
        for (var i = 0; i < _labels.Length; i++)
        {
            if ((labels.GetValueOrDefault(_labels[i].Name) ?? "") == _labels[i].Value)
                continue;

            if (i > 0 || !IgnoresNetwork)
                return otherNetwork + _labels.Length - i;

            otherNetwork = _labels.Length;
        }

        return otherNetwork;
    }
}
