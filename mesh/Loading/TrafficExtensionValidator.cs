namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's ValidateTrafficExtension (pkg/config/validation/validation.go) and the schema of its CRD.</summary>
internal static class TrafficExtensionValidator
{
    private const int MaxCode = 64 * 1024;

    public static void Check(YamlFields spec)
    {
        if (spec.Has("selector") && spec.Has("targetRefs"))
            spec.Report(null, "has to have one of selector and targetRefs");

        PolicyTargetReader.ReadSelector(spec, "selector");
        PolicyTargetReader.CheckReferences(spec);
        if (spec.Has("wasm") == spec.Has("lua"))
            spec.Report(null, "has to have one of wasm and lua");

        if (spec.Object("wasm") is { } wasm)
        {
            WasmRules.CheckModule(wasm);
            wasm.Done();
        }

        if (spec.Object("lua") is { } lua)
        {
            if (lua.RequiredText("inlineCode") is { } code && Encoding.UTF8.GetByteCount(code) > MaxCode)
                lua.Report("inlineCode", $"must not be longer than {MaxCode} bytes");

            lua.Done();
        }

        WasmRules.CheckMatches(spec);
        spec.Word("phase", "UNSPECIFIED", "AUTHN", "AUTHZ", "STATS");
        spec.Whole("priority", int.MinValue, int.MaxValue);
        spec.Done();
    }
}
