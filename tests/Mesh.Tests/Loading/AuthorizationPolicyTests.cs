namespace MessageBoard.Mesh.Tests.Loading;

public class AuthorizationPolicyTests
{
    [Fact]
    public void All_of_a_rule_is_read()
    {
        var policy = Loaded.Authorization("""
            selector: {matchLabels: {app: user-service}}, action: DENY,
            rules: [{from: [{source: {principals: ['*/gateway'], notPrincipals: [a], namespaces: [b], notNamespaces: [c]}}],
              to: [{operation: {hosts: [d], notHosts: [e], methods: [GET], notMethods: [PUT], paths: [/a*], notPaths: ['*.js']}}],
              when: [{key: 'request.headers[x-a]', values: [f], notValues: [g]}]}]
            """).Only<AuthorizationPolicy>();

        Assert.Equal("user-service", policy.Selector["app"]);
        Assert.Equal(AuthorizationAction.Deny, policy.Action);
        var rule = Assert.Single(policy.Rules);
        var source = Assert.Single(rule.From);
        Assert.Equal(["*/gateway", "a", "b", "c"], ((IReadOnlyList<TextPattern>[])[
            source.Principals, source.NotPrincipals, source.Namespaces, source.NotNamespaces,
        ]).Select(list => list.Single().Text));
        var operation = Assert.Single(rule.To);
        Assert.Equal(
            ["d", "e", "GET", "PUT", "/a*", "*.js"],
            ((IReadOnlyList<TextPattern>[])[
                operation.Hosts, operation.NotHosts, operation.Methods, operation.NotMethods, operation.Paths, operation.NotPaths,
            ]).Select(list => list.Single().Text));
        var condition = Assert.Single(rule.When);
        Assert.Equal(("x-a", "f", "g"), (condition.Header, condition.Values.Single().Text, condition.NotValues.Single().Text));
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
    [InlineData("action: AUDIT", "spec.action AUDIT is not carried out by the local mesh")]
    [InlineData("action: CUSTOM, provider: {name: a}, rules: [{}]", "spec.action CUSTOM is not carried out by the local mesh")]
    [InlineData("provider: {name: a}", "spec.provider must not be given with action ALLOW")]
    [InlineData("action: DENY", "spec.rules is missing: DENY without rules would never deny")]
    [InlineData("rules: [{from: []}]", "spec.rules[0].from must not be empty")]
    [InlineData("rules: [{from: [{}]}]", "spec.rules[0].from[0].source is missing")]
    [InlineData("rules: [{from: [{source: {}}]}]", "spec.rules[0].from[0].source must not be empty")]
    [InlineData("rules: [{from: [{source: {ipBlocks: "
        + "[10.0.0.0/8]}}]}]", "spec.rules[0].from[0].source.ipBlocks is not carried out by the local mesh")]
    [InlineData("rules: [{from: [{source: {requestPrincipals: "
        + "['*']}}]}]", "spec.rules[0].from[0].source.requestPrincipals is not carried out by the local mesh")]
    [InlineData("rules: [{from: [{source: {principals: ['']}}]}]", "spec.rules[0].from[0].source.principals[0] must not be empty")]
    [InlineData("rules: [{to: [{operation: {paths: []}}]}]", "spec.rules[0].to[0].operation must not be empty")]
    [InlineData("rules: [{to: [{operation: {ports: "
        + "['80']}}]}]", "spec.rules[0].to[0].operation.ports is not carried out by the local mesh")]
    [InlineData("rules: [{to: [{operation: {paths: "
        + "['/a/{*}']}}]}]", "spec.rules[0].to[0].operation.paths[0] '/a/{*}' is not carried out by the local mesh")]
    [InlineData("rules: [{when: [{values: [a]}]}]", "spec.rules[0].when[0].key is missing")]
    [InlineData("rules: [{when: [{key: 'request.headers[a]'}]}]", "spec.rules[0].when[0] has to have values or notValues")]
    [InlineData("rules: [{when: [{key: source.ip, values: "
        + "[a]}]}]", "spec.rules[0].when[0].key source.ip is not carried out by the local mesh")]
    [InlineData("rules: [{when: [{key: colour, values: [a]}]}]", "spec.rules[0].when[0].key 'colour' is nothing that Istio knows")]
    [InlineData("targetRefs: [{kind: Service, name: a}]", "spec.targetRefs is not carried out by the local mesh")]
    [InlineData("selector: {matchLabels: {a: 'b*'}}", "spec.selector.matchLabels.a must not have a '*'")]
    public void What_Istio_rejects_or_the_local_mesh_cannot_do_is_refused_by_name(string spec, string message) =>
        Loaded.Authorization(spec).IsRefused(message);

    [Fact]
    public void A_dry_run_would_not_be_one() => MessageBoard.Mesh.Loading.ResourceFile.Read(
        "a.yaml", "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, annotations: {istio.io/dry-run: "
            + "'true'}}\nspec: {}").IsRefused("metadata.annotations.istio.io/dry-run is not carried out by the local mesh");
}
