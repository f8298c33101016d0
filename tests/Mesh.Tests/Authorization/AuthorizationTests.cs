using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Tests.Loading;

namespace MessageBoard.Mesh.Tests.Authorization;

public class AuthorizationTests
{
    private const string Gateway = "cluster.local/ns/messageboard/sa/gateway", Stranger = "cluster.local/ns/other/sa/gateway";
    private const string FromGateway = $"rules: [{{from: [{{source: {{principals: ['{Gateway}']}}}}]}}]";

    private static readonly MeshProxy UserService = new() { Labels = new Dictionary<string, string> { ["app"] = "user-service" } };

    [Fact]
    public void Without_policies_everybody_may()
    {
        Assert.True(Table().IsEmpty);
        Assert.True(Table().Decide(Request(null)).IsAllowed);
    }

    [Theory]
    [InlineData(Gateway, true)]
    [InlineData(Stranger, false)]
    [InlineData(null, false)]
    public void With_an_ALLOW_policy_only_those_that_match_may(string? principal, bool allowed) =>
        Assert.Equal(allowed, Table(FromGateway).Decide(Request(principal)).IsAllowed);

    [Fact]
    public void An_ALLOW_policy_without_rules_allows_nothing() => Assert.False(Table("").Decide(Request(Gateway)).IsAllowed);

    [Fact]
    public void A_DENY_policy_with_no_rule_denies_nothing() =>
        Assert.True(Table("action: DENY, rules: []").Decide(Request(Gateway)).IsAllowed);

    [Fact]
    public void DENY_goes_before_ALLOW()
    {
        var table = Table("rules: [{}]", $"action: DENY, {FromGateway}");

        Assert.Equal((false, "default/p1"), Decision(table, Request(Gateway)));
        Assert.Equal((true, "default/p0"), Decision(table, Request(Stranger)));

        static (bool, string?) Decision(AuthorizationTable table, InboundRequest request)
        {
            var verdict = table.Decide(request);
            return (verdict.IsAllowed, verdict.DecidedBy?.Replace(UserService.Namespace, "default", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_AUDIT_policy_decides_nothing_and_is_told()
    {
        var table = Table($"action: AUDIT, {FromGateway}");

        var (seen, unseen) = (table.Decide(Request(Gateway)), table.Decide(Request(Stranger)));

        Assert.True(seen.IsAllowed && unseen.IsAllowed);
        Assert.EndsWith("/p0", seen.AuditedBy, StringComparison.Ordinal);
        Assert.Null(unseen.AuditedBy);
    }

    [Theory]
    [InlineData("DENY", Gateway, false)]
    [InlineData("DENY", Stranger, true)]
    [InlineData("ALLOW", Gateway, true)]
    [InlineData("ALLOW", Stranger, false)]
    public void A_dry_run_decides_nothing_and_says_what_it_would_have_done(string action, string principal, bool wouldBeAllowed)
    {
        var verdict = Compile(Read($"action: {action}, {FromGateway}", "a", isDryRun: true)).Decide(Request(principal));

        Assert.True(verdict.IsAllowed);
        var result = action == "DENY" ? verdict.DryRunDeny : verdict.DryRunAllow;
        Assert.Equal(wouldBeAllowed, result!.Value.IsAllowed);
        Assert.Equal(principal == Gateway, result.Value.Policy is not null);
        Assert.Null(action == "DENY" ? verdict.DryRunAllow : verdict.DryRunDeny);
    }

    [Fact]
    public void A_dry_run_of_ALLOW_is_asked_even_where_the_real_ones_refuse_and_not_after_a_DENY()
    {
        var dryRun = Read("rules: [{}]", "dry", isDryRun: true);

        var refused = Compile(dryRun, Read(FromGateway, "a")).Decide(Request(Stranger));
        Assert.Equal((false, true), (refused.IsAllowed, refused.DryRunAllow?.IsAllowed));
        var denied = Compile(dryRun, Read("action: DENY, rules: [{}]", "a")).Decide(Request(Stranger));
        Assert.Equal((false, null), (denied.IsAllowed, denied.DryRunAllow?.IsAllowed));
    }

    [Theory]
    [InlineData("GET", "/internal/users", false)]
    [InlineData("GET", "/api/users/me", true)]
    [InlineData("POST", "/api/users/me", false)]
    public void All_of_an_operation_has_to_match(string method, string path, bool allowed)
    {
        var table = Table("rules: [{to: [{operation: {methods: [GET], paths: ['/api/*']}}]}]");

        Assert.Equal(allowed, table.Decide(Request(Gateway, method, path)).IsAllowed);
    }

    [Fact]
    public void One_of_the_sources_and_one_of_the_operations_and_all_conditions_have_to_match()
    {
        var table = Table("""
            rules: [{from: [{source: {principals: ['*/gateway']}}, {source: {namespaces: [other]}}],
              to: [{operation: {methods: [GET]}}, {operation: {paths: [/a]}}],
              when: [{key: 'request.headers[x-a]', values: [b]}, {key: source.namespace, notValues: [third]}]}]
            """);

        Assert.True(Allows(Gateway, "GET", "/", "b"));
        Assert.True(Allows("cluster.local/ns/other/sa/x", "PUT", "/a", "b"));
        Assert.False(Allows("cluster.local/ns/messageboard/sa/x", "GET", "/", "b"));
        Assert.False(Allows(Gateway, "PUT", "/", "b"));
        Assert.False(Allows(Gateway, "GET", "/", "c"));
        Assert.False(Allows("cluster.local/ns/third/sa/gateway", "GET", "/", "b"));

        bool Allows(string principal, string method, string path, string header) =>
            table.Decide(Request(principal, method, path) with { Header = name => name == "x-a" ? header : null }).IsAllowed;
    }

    [Fact]
    public void What_must_not_be_is_told_too()
    {
        var table = Table($"action: DENY, rules: [{{from: [{{source: {{notPrincipals: ['{Gateway}']}}}}], "
            + "to: [{operation: {notPaths: ['/api/*']}}]}]");

        Assert.True(table.Decide(Request(Gateway, path: "/internal")).IsAllowed);
        Assert.True(table.Decide(Request(Stranger, path: "/api/a")).IsAllowed);
        Assert.False(table.Decide(Request(Stranger, path: "/internal")).IsAllowed);
        Assert.False(table.Decide(Request(null, path: "/internal")).IsAllowed); // who is nobody is not the gateway
    }

    [Fact]
    public void Policies_of_other_workloads_and_namespaces_do_not_concern_it()
    {
        var policy = Read("", "a");

        Assert.True(Compile(policy with { Selector = new Dictionary<string, string> { ["app"] = "message-service" } }).IsEmpty);
        Assert.True(Compile(policy with { Key = new("AuthorizationPolicy", "other", "a") }).IsEmpty);
        Assert.False(Compile(policy with { Key = new("AuthorizationPolicy", "istio-system", "a") }).IsEmpty);
        Assert.False(Compile(policy with { Selector = UserService.Labels }).IsEmpty);
    }

    [Fact]
    public void A_callers_name_holds_only_with_the_runs_own_signature()
    {
        var (ours, theirs) = (new CallerIdentity(Encoding.UTF8.GetBytes("ours")), new CallerIdentity(Encoding.UTF8.GetBytes("theirs")));

        Assert.Equal(Gateway, ours.Verify(ours.Sign(Gateway)));
        Assert.Equal(Gateway, ours.Verify(ours.Sign(Gateway))); // once more, when it is known
        Assert.Null(ours.Verify(theirs.Sign(Gateway)));
        Assert.Null(ours.Verify(ours.Sign(Gateway).Replace("gateway", "message", StringComparison.Ordinal)));
        Assert.All((string?[])[null, "", Gateway, $"{Gateway} ", $"{Gateway} 00 00"], header => Assert.Null(ours.Verify(header)));
    }

    /// <summary>The policies with these specs, called p0, p1 and so on.</summary>
    internal static AuthorizationTable Table(params string[] specs) => Compile([.. specs.Select((spec, i) => Read(spec, $"p{i}"))]);

    private static AuthorizationTable Compile(params AuthorizationPolicy[] policies) => AuthorizationTable.Compile(policies, UserService);

    private static AuthorizationPolicy Read(string spec, string name, bool isDryRun = false)
    {
        var policy = Loaded.Authorization(spec).Only<AuthorizationPolicy>();
        return policy with { Key = policy.Key with { Name = name }, IsDryRun = isDryRun };
    }

    internal static InboundRequest Request(string? principal, string method = "GET", string path = "/") =>
        new(principal, "user-service", method, path, _ => null);
}
