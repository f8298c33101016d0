namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's ValidateWasmPlugin (pkg/config/validation/validation.go) and the schema of its CRD.</summary>
internal static class WasmPluginValidator
{
    public static void Check(YamlFields spec)
    {
        PolicyTargetReader.Read(spec);
        WasmRules.CheckModule(spec);
        WasmRules.CheckMatches(spec);
        spec.Word("phase", "UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS");
        spec.Whole("priority", int.MinValue, int.MaxValue);
        spec.Done();
    }
}
