namespace MessageBoard.Mesh.Tests.Loading;

public class AuthorizationPolicyTests
{
    [Fact]
    public void All_of_a_rule_is_read()
    {
        var policy = Loaded.Authorization("""
            selector: {matchLabels: {app: user-service}}, action: DENY,
            rules: [{from: [{source: {principals: ['*/gateway'], notPrincipals: [a], namespaces: [b], notIpBlocks: [10.0.0.0/8]}}],
              to: [{operation: {hosts: [d], notHosts: [e], paths: [/a*], ports: ['80']}}],
              when: [{key: 'request.headers[x-a]', values: [f], notValues: [g]}, {key: 'request.auth.claims[a][b]', values: [h]}]}]
            """).Only<AuthorizationPolicy>();

        Assert.Equal("user-service", policy.Selector["app"]);
        Assert.Equal(AuthorizationAction.Deny, policy.Action);
        var rule = Assert.Single(policy.Rules);
        IEnumerable<AuthorizationCondition> conditions = [.. Assert.Single(rule.From), .. Assert.Single(rule.To), .. rule.When];
        Assert.Equal(
            [
                "SourcePrincipal [*/gateway] [a] []", "SourceNamespace [b] [] []", "SourceAddress [] [10.0.0.0/8] []", "Host [d] [e] []",
                "Path [/a*] [] []", "DestinationPort [80] [] []", "Header [f] [g] [x-a]", "RequestClaim [h] [] [a b]",
            ],
            conditions.Select(Text));

        static string Text(AuthorizationCondition condition) => $"{condition.Attribute} [{string.Join(' ', condition.Values)}] "
            + $"[{string.Join(' ', condition.NotValues)}] [{string.Join(' ', condition.Names)}]";
    }

    [Theory]
    [InlineData("")]
    [InlineData("action: ALLOW")]
    [InlineData("rules: []")]
    public void Without_rules_nothing_is_let_through(string spec)
    {
        var policy = Loaded.Authorization(spec).Only<AuthorizationPolicy>();

        Assert.Equal((AuthorizationAction.Allow, 0), (policy.Action, policy.Rules.Count));
    }

    [Theory]
    [InlineData("action: CUSTOM, provider: {name: a}, rules: [{}]", "spec.action CUSTOM is not carried out by the local mesh")]
    [InlineData("provider: {name: a}", "spec.provider must not be given with action ALLOW")]
    [InlineData("action: DENY", "spec.rules is missing: DENY without rules would never deny")]
    [InlineData("rules: [{from: []}]", "spec.rules[0].from must not be empty")]
    [InlineData("rules: [{from: [{}]}]", "spec.rules[0].from[0].source is missing")]
    [InlineData("rules: [{from: [{source: {}}]}]", "spec.rules[0].from[0].source must not be empty")]
    [InlineData("rules: [{from: [{source: {ipBlocks: [10.0.0.0/33]}}]}]", "spec.rules[0].from[0].source.ipBlocks[0] '10.0.0.0/33' has to")]
    [InlineData("rules: [{from: [{source: {notRemoteIpBlocks: ['10.1']}}]}]",
        "spec.rules[0].from[0].source.notRemoteIpBlocks[0] '10.1' has")]
    [InlineData("rules: [{from: [{source: {serviceAccounts: [a/b/c]}}]}]",
        "spec.rules[0].from[0].source.serviceAccounts[0] 'a/b/c' has to")]
    [InlineData("rules: [{from: [{source: {notServiceAccounts: ['a*']}}]}]",
        "spec.rules[0].from[0].source.notServiceAccounts[0] 'a*' must")]
    [InlineData("rules: [{from: [{source: {serviceAccounts: [a], namespaces: [b]}}]}]",
        "spec.rules[0].from[0].source.serviceAccounts must not")]
    [InlineData("rules: [{from: [{source: {serviceAccounts: [a, b, c, d, e, f, g, h, i, j, k, l, m, n1, o, p, q]}}]}]",
        "spec.rules[0].from[0].source.serviceAccounts must not have more than 16 values")]
    [InlineData("rules: [{from: [{source: {trustDomains: ['a*b']}}]}]", "spec.rules[0].from[0].source.trustDomains[0] 'a*b' may have one")]
    [InlineData("rules: [{from: [{source: {notTrustDomains: [a/b]}}]}]", "spec.rules[0].from[0].source.notTrustDomains[0] 'a/b' must not")]
    [InlineData("rules: [{from: [{source: {colour: [a]}}]}]", "spec.rules[0].from[0].source.colour is not a field that Istio knows here")]
    [InlineData("rules: [{from: [{source: {principals: ['']}}]}]", "spec.rules[0].from[0].source.principals[0] must not be empty")]
    [InlineData("rules: [{to: [{operation: {paths: []}}]}]", "spec.rules[0].to[0].operation must not be empty")]
    [InlineData("rules: [{to: [{operation: {ports: ['65536']}}]}]", "spec.rules[0].to[0].operation.ports[0] '65536' has to be a port")]
    [InlineData("rules: [{to: [{operation: {notPorts: [http]}}]}]", "spec.rules[0].to[0].operation.notPorts[0] 'http' has to be a port")]
    [InlineData("rules: [{to: [{operation: {paths: ['/a{*}']}}]}]", "spec.rules[0].to[0].operation.paths[0] '/a{*}' has to have {*} or")]
    [InlineData("rules: [{to: [{operation: {paths: ['/{**}/a/{*}']}}]}]",
        "spec.rules[0].to[0].operation.paths[0] '/{**}/a/{*}' has to end")]
    [InlineData("rules: [{to: [{operation: {notPaths: ['/{a}']}}]}]",
        "spec.rules[0].to[0].operation.notPaths[0] '/{a}' has to have {*} or")]
    [InlineData("rules: [{to: [{operation: {notPaths: ['/{*}/*']}}]}]", "spec.rules[0].to[0].operation.notPaths[0] '/{*}/*' has '*' as")]
    [InlineData("rules: [{when: [{values: [a]}]}]", "spec.rules[0].when[0].key is missing")]
    [InlineData("rules: [{when: [{key: 'request.headers[a]'}]}]", "spec.rules[0].when[0] has to have values or notValues")]
    [InlineData("rules: [{when: [{key: source.ip, values: [a]}]}]", "spec.rules[0].when[0].values[0] 'a' has to be an IP address")]
    [InlineData("rules: [{when: [{key: source.trustDomain, values: ['*a*']}]}]", "spec.rules[0].when[0].values[0] '*a*' may have one '*'")]
    [InlineData("rules: [{when: [{key: destination.port, notValues: ['-1']}]}]",
        "spec.rules[0].when[0].notValues[0] '-1' has to be a port")]
    [InlineData("rules: [{when: [{key: 'request.headers[]', values: [a]}]}]", "spec.rules[0].when[0].key 'request.headers[]' has to be")]
    [InlineData("rules: [{when: [{key: request.auth.claims, values: [a]}]}]", "spec.rules[0].when[0].key 'request.auth.claims' has to be")]
    [InlineData("rules: [{when: [{key: 'destination.labels[a]', values: [a]}]}]",
        "spec.rules[0].when[0].key 'destination.labels[a]' is nothing")]
    [InlineData("rules: [{when: [{key: 'experimental.envoy.filters.a[b]', values: [a]}]}]",
        "spec.rules[0].when[0].key experimental.envoy.filters.a[b] is not carried out by the local mesh")]
    [InlineData("rules: [{when: [{key: colour, values: [a]}]}]", "spec.rules[0].when[0].key 'colour' is nothing that Istio knows")]
    [InlineData("targetRefs: [{kind: Service, name: a}]", "spec.targetRefs is not carried out by the local mesh")]
    [InlineData("selector: {matchLabels: {a: 'b*'}}", "spec.selector.matchLabels.a must not have a '*'")]
    public void What_Istio_rejects_or_the_local_mesh_cannot_do_is_refused_by_name(string spec, string message) =>
        Loaded.Authorization(spec).IsRefused(message);

    [Theory]
    [InlineData("'true'", true)]
    [InlineData("'1'", true)]
    [InlineData("'F'", false)]
    public void A_dry_run_is_read_and_told(string value, bool isDryRun)
    {
        var file = DryRun("AuthorizationPolicy", value, "{}");

        Assert.Equal(isDryRun, file.Only<AuthorizationPolicy>().IsDryRun);
        Assert.Equal(isDryRun, file.Notes().Any(note =>
            note.StartsWith("metadata.annotations.istio.io/dry-run has the policy decide nothing", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("AuthorizationPolicy", "'yes'", "{}", "metadata.annotations.istio.io/dry-run has to be \"true\" or \"false\", not 'yes'")]
    [InlineData("AuthorizationPolicy", "'true'", "{action: AUDIT}",
        "metadata.annotations.istio.io/dry-run is for the actions ALLOW and DENY")]
    [InlineData("PeerAuthentication", "'false'", "{}", "metadata.annotations.istio.io/dry-run is for AuthorizationPolicies only")]
    public void A_dry_run_that_Istio_knows_not_is_refused(string kind, string value, string spec, string message) =>
        DryRun(kind, value, spec).IsRefused(message);

    private static ResourceFile DryRun(string kind, string value, string spec) => ResourceFile.Read(
        "a.yaml", $"apiVersion: security.istio.io/v1\nkind: {kind}\nmetadata: {{name: a, annotations: {{istio.io/dry-run: {value}}}}}\n"
            + $"spec: {spec}\n");
}
