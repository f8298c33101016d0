namespace MessageBoard.Mesh.Editing;

/// <summary>Sets the weights, and in the annotation <see cref="AnnotationName"/> what they are a step of.</summary>
/// <param name="Weights">Whole percents by subset or backend's cluster, adding up to 100.</param>
/// <param name="Describe">Writes the annotation; is given the <see cref="ResourceText.SpecDigest"/> of the edited resource.</param>
public sealed record RolloutEdit(IReadOnlyDictionary<string, int> Weights, Func<string, string> Describe) : RouteEdit("rollout")
{
    /// <summary>The annotation's name.</summary>
    public const string AnnotationName = "messageboard/rollout";

    private readonly WeightsEdit _weights = new(Weights);

    internal override bool IsOfWeights => true;

    internal override Dictionary<string, string[]> Check(DefaultRoute current) => _weights.Check(current);

    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        _weights.Apply(text, current);
        var (annotations, value) = (FieldPath.Metadata["annotations"], YamlWriter.Text(Describe(SpecDigest.Of(text.Find(FieldPath.Spec)))));
        if (text.Find(annotations) is null)
            text.Set(annotations, YamlWriter.Map((AnnotationName, value)));
        else
            text.Set(annotations[AnnotationName], value);
    }

    internal override string FieldOf(FieldPath? path) => _weights.FieldOf(path);
}
