namespace MessageBoard.Mesh.Loading;

/// <summary>What WasmPlugin and TrafficExtension say of a module: Istio's validateWasmPlugin… and the schemas of the CRDs.</summary>
internal static class WasmRules
{
    private const int MaxSecret = 253, MaxName = 256, MaxVariables = 256, MaxValue = 2048;

    /// <summary>Checks the module, and leaves the other fields of the mapping to the caller.</summary>
    public static void CheckModule(YamlFields wasm)
    {
        if (wasm.RequiredText("url") is { } url && (GoUrl.SchemeOf(url) ?? GoUrl.SchemeOf($"http://{url}"))
            is not ("" or "file" or "http" or "https" or "oci"))
            wasm.Report("url", $"'{url}' has to be a URL with file, http, https, oci or no scheme");

        wasm.Text("sha256", sum => sum.Length == 0 || (sum.Length == 64 && sum.All(char.IsAsciiHexDigitLower))
            ? null : "has to be 64 digits from 0 to f, in lower case");
        wasm.Text("imagePullSecret", text => OfLength(text, MaxSecret));
        wasm.Text("pluginName", text => OfLength(text, MaxName));
        wasm.Text("verificationKey");
        wasm.Word("imagePullPolicy", "UNSPECIFIED_POLICY", "IfNotPresent", "Always");
        wasm.Word("failStrategy", "FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD");
        wasm.Word("type", "UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK");
        wasm.AnyObject("pluginConfig");
        if (wasm.Object("vmConfig") is { } vm)
        {
            CheckVariables(vm);
            vm.Done();
        }
    }

    /// <summary>Checks for which traffic it is.</summary>
    public static void CheckMatches(YamlFields spec)
    {
        foreach (var match in spec.Objects("match"))
        {
            match.Word("mode", "UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER");
            var numbers = new HashSet<int>();
            foreach (var port in match.Objects("ports"))
            {
                if (port.Whole("number", 1, 65535) is not { } number)
                {
                    if (!port.Has("number"))
                        port.Report("number", "is missing");
                }
                else if (!numbers.Add(number))
                {
                    port.Report("number", $"{number} is here for the second time");
                }

                port.Done();
            }

            match.Done();
        }
    }

    private static void CheckVariables(YamlFields vm)
    {
        vm.AtMost("env", MaxVariables);
        var names = new HashSet<string>();
        foreach (var variable in vm.Objects("env"))
        {
            if (variable.RequiredText("name") is { } name)
            {
                if (name.Length > MaxName)
                    variable.Report("name", $"must not be longer than {MaxName} characters");

                if (!names.Add(name))
                    variable.Report("name", $"'{name}' is here for the second time");
            }

            variable.Text("value", text => text.Length > MaxValue ? $"must not be longer than {MaxValue} characters" : null);
            if (variable.Word("valueFrom", "INLINE", "HOST") is "HOST" && variable.Has("value"))
                variable.Report("value", "must not be given where valueFrom is HOST");

            variable.Done();
        }
    }

    private static string? OfLength(string text, int max) =>
        text.Length == 0 || text.Length > max ? $"has to have from 1 to {max} characters" : null;
}
