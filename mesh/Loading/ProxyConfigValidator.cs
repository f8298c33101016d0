namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's ValidateProxyConfig (pkg/config/validation/validation.go) and the schema of its CRD.</summary>
internal static class ProxyConfigValidator
{
    private const int MaxValue = 2048;

    public static void Check(YamlFields spec)
    {
        PolicyTargetReader.ReadSelector(spec, "selector");
        spec.Whole("concurrency", 0, int.MaxValue);
        spec.Map("environmentVariables", (fields, name) => fields.Text(
            name, text => text.Length > MaxValue ? $"must not be longer than {MaxValue} characters" : null));
        if (spec.Object("image") is { } image)
        {
            image.Text("imageType");
            image.Done();
        }

        spec.Done();
    }
}
