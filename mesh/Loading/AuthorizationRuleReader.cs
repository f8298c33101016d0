namespace MessageBoard.Mesh.Loading;

/// <summary>Reads a rule of an AuthorizationPolicy.</summary>
internal static class AuthorizationRuleReader
{
    private const int MaxServiceAccounts = 16;

    // A field of a source or an operation, what it looks at, and what is wrong with a value.
    private static readonly (string Name, RequestAttribute Attribute, Func<string, string?>? Problem)[]
        Source =
        [
            ("principals", RequestAttribute.SourcePrincipal, null),
            ("requestPrincipals", RequestAttribute.RequestPrincipal, null),
            ("namespaces", RequestAttribute.SourceNamespace, null),
            ("ipBlocks", RequestAttribute.SourceAddress, AuthorizationValues.Address),
            ("remoteIpBlocks", RequestAttribute.RemoteAddress, AuthorizationValues.Address),
            ("serviceAccounts", RequestAttribute.SourceServiceAccount, AuthorizationValues.ServiceAccount),
            ("trustDomains", RequestAttribute.SourceTrustDomain, AuthorizationValues.TrustDomain),
        ],
        Operation =
        [
            ("hosts", RequestAttribute.Host, null),
            ("methods", RequestAttribute.Method, null),
            ("paths", RequestAttribute.Path, AuthorizationValues.Path),
            ("ports", RequestAttribute.DestinationPort, AuthorizationValues.Port),
        ];

    public static AuthorizationRule Read(YamlFields rule)
    {
        foreach (var name in (ReadOnlySpan<string>)["from", "to"])
        {
            if (rule.Has(name) && rule.IsEmptyList(name))
                rule.Report(name, "must not be empty");
        }

        var read = new AuthorizationRule(
            [.. rule.Objects("from").Select(from => ReadPart(from, "source", Source))],
            [.. rule.Objects("to").Select(to => ReadPart(to, "operation", Operation))],
            [.. rule.Objects("when").Select(AuthorizationConditionReader.Read).OfType<AuthorizationCondition>()]);
        rule.Done();
        return read;
    }

    /// <summary>Reads values, and says what is wrong with a list of service accounts.</summary>
    public static IReadOnlyList<string> ReadValues(
        YamlFields fields, string name, RequestAttribute attribute, Func<string, string?>? problem)
    {
        var values = fields.Texts(name, problem);
        if (attribute == RequestAttribute.SourceServiceAccount && values.Count > MaxServiceAccounts)
            fields.Report(name, $"must not have more than {MaxServiceAccounts} values");

        return values;
    }

    private static List<AuthorizationCondition> ReadPart(
        YamlFields fields, string name, (string Name, RequestAttribute Attribute, Func<string, string?>? Problem)[] known)
    {
        var part = fields.Object(name);
        if (!fields.Has(name))
            fields.Report(name, "is missing");
        else if (part is not null && part.Names.All(part.IsEmptyList))
            part.Report(null, "must not be empty");

        fields.Done();
        if (part is null)
            return [];

        if (Has("serviceAccounts") && (Has("principals") || Has("namespaces")))
            part.Report("serviceAccounts", "must not be given beside principals or namespaces");

        var conditions = new List<AuthorizationCondition>();
        foreach (var (field, attribute, problem) in known)
        {
            var values = ReadValues(part, field, attribute, problem);
            var notValues = ReadValues(part, NotOf(field), attribute, problem);
            if (values.Count + notValues.Count > 0)
                conditions.Add(new(attribute, values, notValues));
        }

        part.Done();
        return conditions;

        bool Has(string field) => !part.IsEmptyList(field) || !part.IsEmptyList(NotOf(field));
    }

    private static string NotOf(string field) => $"not{char.ToUpperInvariant(field[0])}{field[1..]}";
}
