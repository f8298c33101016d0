namespace MessageBoard.Mesh.Resources;

/// <summary>Where a field stands in a resource, such as <c>spec.http[0].route</c>.</summary>
/// <param name="Parent">What it is in; null for the resource itself.</param>
/// <param name="Name">Its name; null for an item of a list.</param>
/// <param name="Index">The item's place in its list, from 0.</param>
public sealed record FieldPath(FieldPath? Parent, string? Name, int Index = 0)
{
    /// <summary>The field <c>spec</c>.</summary>
    public static readonly FieldPath Spec = new(null, "spec");

    /// <summary>The field <c>metadata</c>.</summary>
    public static readonly FieldPath Metadata = new(null, "metadata");

    /// <summary>The path of these steps, names and items' places; null for none.</summary>
    public static FieldPath? Of(IEnumerable<string> steps) => steps.Aggregate(
        (FieldPath?)null,
        (path, step) => int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var item)
            ? new(path, null, item)
            : new(path, step));

    /// <summary>A field in this one.</summary>
    public FieldPath this[string name] => new(this, name);

    /// <summary>An item of this list.</summary>
    public FieldPath this[int index] => new(this, null, index);

    /// <inheritdoc/>
    public override string ToString() => Name is null ? $"{Parent}[{Index}]" : Parent is null ? Name : $"{Parent}.{Name}";
}
