namespace MessageBoard.Mesh.Loading;

/// <summary>Reads a condition of a rule (https://istio.io/latest/docs/reference/config/security/conditions/).</summary>
internal static class AuthorizationConditionReader
{
    private const string Headers = "request.headers", Claims = "request.auth.claims", Filters = "experimental.envoy.filters.";

    private static readonly Dictionary<string, (RequestAttribute Attribute, Func<string, string?>? Problem)> Keys = new()
    {
        ["source.ip"] = (RequestAttribute.SourceAddress, AuthorizationValues.Address),
        ["remote.ip"] = (RequestAttribute.RemoteAddress, AuthorizationValues.Address),
        ["source.namespace"] = (RequestAttribute.SourceNamespace, null),
        ["source.principal"] = (RequestAttribute.SourcePrincipal, null),
        ["source.serviceAccount"] = (RequestAttribute.SourceServiceAccount, AuthorizationValues.ServiceAccount),
        ["source.trustDomain"] = (RequestAttribute.SourceTrustDomain, AuthorizationValues.Wildcard),
        ["request.auth.principal"] = (RequestAttribute.RequestPrincipal, null),
        ["request.auth.audiences"] = (RequestAttribute.RequestAudiences, null),
        ["request.auth.presenter"] = (RequestAttribute.RequestPresenter, null),
        ["destination.ip"] = (RequestAttribute.DestinationAddress, AuthorizationValues.Address),
        ["destination.port"] = (RequestAttribute.DestinationPort, AuthorizationValues.Port),
        ["connection.sni"] = (RequestAttribute.ServerName, null),
    };

    public static AuthorizationCondition? Read(YamlFields when)
    {
        var key = when.RequiredText("key") ?? "";
        var known = Find(when, key);
        var (attribute, problem, names) = known ?? default;
        var values = AuthorizationRuleReader.ReadValues(when, "values", attribute, problem);
        var notValues = AuthorizationRuleReader.ReadValues(when, "notValues", attribute, problem);
        if (key.Length > 0 && when.IsEmptyList("values") && when.IsEmptyList("notValues"))
            when.Report(null, "has to have values or notValues");

        when.Done();
        return known is null ? null : new(attribute, values, notValues, names);
    }

    private static (RequestAttribute Attribute, Func<string, string?>? Problem, string[] Names)? Find(YamlFields when, string key)
    {
        if (key.Length == 0)
            return null;

        if (Keys.TryGetValue(key, out var plain))
            return (plain.Attribute, plain.Problem, []);

        if (key.StartsWith(Headers, StringComparison.Ordinal))
            return Names(Headers, isNested: false) is { } header ? (RequestAttribute.Header, null, header) : null;

        if (key.StartsWith(Claims, StringComparison.Ordinal))
            return Names(Claims, isNested: true) is { } claim ? (RequestAttribute.RequestClaim, null, claim) : null;

        if (key.StartsWith(Filters, StringComparison.Ordinal) && key.IndexOf('[') is > 0 and var open && open < key.Length - 2
            && key[^1] == ']')
            when.Refuse("key", $"{key} is not carried out by the local mesh: it has no filters of Envoy");
        else
            when.Report("key", $"'{key}' is nothing that Istio knows");

        return null;

        string[]? Names(string prefix, bool isNested)
        {
            if (key.Length > prefix.Length + 2 && key[prefix.Length] == '[' && key[^1] == ']')
            {
                // [a][b] is b in a; anything else in brackets is one name (extractNameInNestedBrackets).
                var inner = key[(prefix.Length + 1)..^1];
                var names = isNested ? inner.Split("][") : [inner];
                return names.Any(name => name.AsSpan().ContainsAny("[]")) ? [inner] : names;
            }

            when.Report("key", $"'{key}' has to be {prefix}[NAME]");
            return null;
        }
    }
}
