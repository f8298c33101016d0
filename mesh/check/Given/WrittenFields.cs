using System.Globalization;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck.Given;

/// <summary>A field that is otherwise in one place than in another.</summary>
/// <param name="Path">The field.</param>
/// <param name="Wanted">What it is in the one.</param>
/// <param name="Found">What it is in the other.</param>
internal sealed record FieldDifference(FieldPath Path, string Wanted, string Found);

/// <summary>Compares fields as they are written: what is not said and what says nothing are one, as in protobuf.</summary>
/// <param name="ns">The namespace of hosts that name none.</param>
internal sealed class WrittenFields(string ns)
{
    /// <summary>What is different; null for nothing.</summary>
    /// <param name="path">The field.</param>
    /// <param name="wanted">What it has to be; null for not there.</param>
    /// <param name="found">What it is; null for not there.</param>
    public FieldDifference? Difference(FieldPath path, YamlItem? wanted, YamlItem? found)
    {
        if (SaysNothing(wanted) && SaysNothing(found))
            return null;

        return (wanted, found) switch
        {
            (YamlMap first, YamlMap second) => Names(first).Union(Names(second))
                .Select(name => Difference(path[name], Value(first, name), Value(second, name)))
                .FirstOrDefault(difference => difference is not null),
            (YamlList first, YamlList second) => Enumerable.Range(0, Math.Max(first.Items.Count, second.Items.Count))
                .Select(i => Difference(path[i], first.Items.ElementAtOrDefault(i), second.Items.ElementAtOrDefault(i)))
                .FirstOrDefault(difference => difference is not null),
            (YamlText first, YamlText second) when IsSame(path.Name, first, second) => null,
            _ => new(path, Describe(wanted), Describe(found)),
        };
    }

    private bool IsSame(string? name, YamlText first, YamlText second)
    {
        if (name == "host")
            return HostNames.FullName(first.Value, ns).Equals(HostNames.FullName(second.Value, ns), StringComparison.OrdinalIgnoreCase);

        return first.Value == second.Value
            || (double.TryParse(first.Value, CultureInfo.InvariantCulture, out var one)
                && double.TryParse(second.Value, CultureInfo.InvariantCulture, out var other) && one.Equals(other))
            || (GoDuration.TryParse(first.Value, out var time) && GoDuration.TryParse(second.Value, out var otherTime) && time == otherTime)
            || (YamlWords.Truth(first.Value) is { } truth && YamlWords.Truth(second.Value) == truth);
    }

    private static bool SaysNothing(YamlItem? item) => item switch
    {
        null => true,
        YamlText text => text.IsNull || text.Value is "" or "0" or "false",
        YamlMap map => map.Count == 0,
        YamlList list => list.Items.Count == 0,
        _ => false,
    };

    private static string Describe(YamlItem? item) => item switch
    {
        YamlText text => $"'{text.Value}'",
        YamlMap map => $"{{{string.Join(", ", Names(map).Select(name => $"{name}: {Describe(Value(map, name)).Trim('\'')}"))}}}",
        YamlList list => $"[{string.Join(", ", list.Items.Select(one => Describe(one).Trim('\'')))}]",
        _ => "not there",
    };

    private static IEnumerable<string> Names(YamlMap map) =>
        Enumerable.Range(0, map.Count).Select(i => map[i].Key).OfType<YamlText>().Select(key => key.Value);

    private static YamlItem? Value(YamlMap map, string name) => map.IndexOf(name) is >= 0 and var index ? map[index].Value : null;
}
