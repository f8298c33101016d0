namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's rules for names; each gives what is wrong with one, or null.</summary>
internal static partial class NameRules
{
    public static bool IsDnsLabel(ReadOnlySpan<char> text) => text.Length <= 63 && DnsLabel().IsMatch(text);

    /// <summary>
    /// Whether Kubernetes takes this as the name of a resource
    /// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
    /// </summary>
    public static bool IsResourceName(string text) => text.Length <= 253 && ResourceName().IsMatch(text);

    /// <summary>Whether this is a header's name: any token of RFC 9110.</summary>
    public static bool IsHeaderName(string text) => HeaderName().IsMatch(text);

    /// <summary>Whether this is one of the names that Istio takes where it writes a header itself.</summary>
    public static bool IsStrictHeaderName(string text) => StrictHeaderName().IsMatch(text);

    /// <summary>
    /// Reads gateways, <c>namespace/name</c>, <c>name</c> or <c>mesh</c>. As in Istio's validateGatewayNames nothing is asked of those
    /// after the first one without a namespace.
    /// </summary>
    public static IReadOnlyList<string> ReadGateways(YamlFields fields)
    {
        var isLooked = true;
        return fields.Texts("gateways", gateway =>
        {
            if (!isLooked)
                return null;

            var slash = gateway.IndexOf('/');
            isLooked = slash >= 0;
            var isValid = isLooked
                ? IsDnsLabel(gateway.AsSpan(..slash)) && IsDnsLabel(gateway.AsSpan(slash + 1))
                : HostRules.IsFqdn(gateway);
            return isValid ? null : $"'{gateway}' is no gateway's name, such as mesh, front or istio-system/front";
        });
    }

    /// <summary>A gateway as namespace and name, whatever way it was written; <c>mesh</c> stays as it is.</summary>
    public static string GatewayName(string gateway, string ns) => gateway switch
    {
        MeshProxy.Mesh => gateway,
        _ when gateway.Contains('/') => gateway,
        _ when gateway.Split('.') is [var name, var itsNamespace, ..] => $"{itsNamespace}/{name}", // the old way
        _ => $"{ns}/{gateway}",
    };

    public static string? Subset(string subset) =>
        IsDnsLabel(subset) ? null : $"'{subset}' is no subset's name: letters, digits and '-', at most 63";

    /// <summary>Reads labels as Kubernetes has them.</summary>
    public static IReadOnlyDictionary<string, string> ReadLabels(YamlFields fields, string name) => fields.Map(name, (labels, key) =>
    {
        if (!LabelKey().IsMatch(key) || key[(key.IndexOf('/') + 1)..].Length > 63)
            labels.Report(key, $"'{key}' is no label's name");

        var value = labels.Text(key) ?? "";
        if (!LabelValue().IsMatch(value))
            labels.Report(key, $"'{value}' is no label's value");

        return value;
    });

    /// <summary>Reads the labels of a selector, which may have no wildcards.</summary>
    public static IReadOnlyDictionary<string, string> ReadSelector(YamlFields fields, string name) => fields.Map(name, (labels, key) =>
    {
        var value = labels.Text(key) ?? "";
        if (key.Length == 0)
            labels.Report(key, "must not be empty");
        else if (key.Contains('*') || value.Contains('*'))
            labels.Report(key, "must not have a '*'");
        else if (value.Length > 63)
            labels.Report(key, "must not be longer than 63 characters");

        return value;
    });

    /// <summary>Reads who sees a resource; its own namespace by its name.</summary>
    public static IReadOnlyList<string> ReadExportTo(YamlFields spec, string ns, bool mayBeNobody = false)
    {
        var seen = new HashSet<string>();
        var exportTo = spec.Texts("exportTo", text => !seen.Add(text is "." ? ns : text) ? $"'{text}' is here for the second time"
            : text is "." or "*" || (text is "~" && mayBeNobody) || IsDnsLabel(text) ? null
            : $"'{text}' has to be '.', '*' or a namespace");
        if (exportTo.Count > 1 && (exportTo.Contains("*") || exportTo.Contains("~")))
            spec.Report("exportTo", "has to have '*' or '~' alone");

        return [.. exportTo.Select(text => text is "." ? ns : text)];
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?\z")]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"\A[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex ResourceName();

    [GeneratedRegex(@"\A[-!#$%&'*+.^_`|~A-Za-z0-9]+\z")]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"\A[-_A-Za-z0-9]+\z")]
    private static partial Regex StrictHeaderName();

    [GeneratedRegex(
        @"\A(?:(?=[^/]{1,253}/)[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*/)?"
        + @"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"\A(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();
}
