using MessageBoard.Mesh.Authorization;

namespace MessageBoard.Mesh.Tests.Authorization;

public class AuthorizationTests
{
    private const string Gateway = "cluster.local/ns/messageboard/sa/gateway", Stranger = "cluster.local/ns/other/sa/gateway";

    private static readonly AuthorizationRule FromGateway = new([new([new(Gateway)], [], [], [])], [], []);
    private static readonly MeshProxy UserService = new() { Labels = new Dictionary<string, string> { ["app"] = "user-service" } };

    [Fact]
    public void Without_policies_everybody_may() => Assert.True(Table().Allows(Request(null)));

    [Theory]
    [InlineData(Gateway, true)]
    [InlineData(Stranger, false)]
    [InlineData(null, false)]
    public void With_an_ALLOW_policy_only_those_that_match_may(string? principal, bool allowed) =>
        Assert.Equal(allowed, Table(Policy(AuthorizationAction.Allow, FromGateway)).Allows(Request(principal)));

    [Fact]
    public void An_ALLOW_policy_without_rules_allows_nothing() =>
        Assert.False(Table(Policy(AuthorizationAction.Allow)).Allows(Request(Gateway)));

    [Fact]
    public void A_DENY_policy_without_rules_denies_nothing() =>
        Assert.True(Table(Policy(AuthorizationAction.Deny)).Allows(Request(Gateway)));

    [Fact]
    public void DENY_goes_before_ALLOW() =>
        Assert.False(Table(
            Policy(AuthorizationAction.Allow, new AuthorizationRule([], [], [])),
            Policy(AuthorizationAction.Deny, FromGateway)).Allows(Request(Gateway)));

    [Theory]
    [InlineData("messageboard", true)]
    [InlineData("message*", true)]
    [InlineData("*board", true)]
    [InlineData("*", true)]
    [InlineData("other", false)]
    public void A_namespace_comes_with_the_principal(string pattern, bool allowed) =>
        Assert.Equal(allowed, Table(Policy(
            AuthorizationAction.Allow,
            new AuthorizationRule([new([], [], [new(pattern)], [])], [], []))).Allows(Request(Gateway)));

    [Theory]
    [InlineData("GET", "/internal/users", false)]
    [InlineData("GET", "/api/users/me", true)]
    [InlineData("POST", "/api/users/me", false)]
    public void An_operation_is_told_by_method_and_path(string method, string path, bool allowed)
    {
        var rule = new AuthorizationRule([], [new([], [], [new("GET")], [], [new("/api/*")], [])], []);

        Assert.Equal(allowed, Table(Policy(AuthorizationAction.Allow, rule)).Allows(Request(Gateway, method, path)));
    }

    [Fact]
    public void What_must_not_be_is_told_too()
    {
        var rule = new AuthorizationRule([new([], [new(Gateway)], [], [])], [new([], [], [], [], [], [new("/api/*")])], []);
        var table = Table(Policy(AuthorizationAction.Deny, rule));

        Assert.True(table.Allows(Request(Gateway, path: "/internal")));
        Assert.True(table.Allows(Request(Stranger, path: "/api/a")));
        Assert.False(table.Allows(Request(Stranger, path: "/internal")));
    }

    [Theory]
    [InlineData("USER-SERVICE", true)]
    [InlineData("message-service", false)]
    public void A_hosts_case_does_not_count(string host, bool allowed)
    {
        var rule = new AuthorizationRule([], [new([new("user-service")], [], [], [], [], [])], []);

        Assert.Equal(allowed, Table(Policy(AuthorizationAction.Allow, rule)).Allows(Request(null) with { Host = host }));
    }

    [Theory]
    [InlineData("beta", true)]
    [InlineData("alpha", false)]
    [InlineData(null, false)]
    public void A_condition_looks_at_a_header(string? value, bool allowed)
    {
        var rule = new AuthorizationRule([], [], [new("x-version", [new("b*")], [])]);

        Assert.Equal(allowed, Table(Policy(
            AuthorizationAction.Allow,
            rule)).Allows(Request(null) with { Header = name => name == "x-version" ? value : null }));
    }

    [Fact]
    public void Policies_of_other_workloads_and_namespaces_do_not_concern_it()
    {
        Assert.True(Table(Policy(AuthorizationAction.Allow) with
        {
            Selector = new Dictionary<string, string> { ["app"] = "message-service" },
        }).IsEmpty);
        Assert.True(Table(Policy(AuthorizationAction.Allow) with { Key = new("AuthorizationPolicy", "other", "a") }).IsEmpty);
        Assert.False(Table(Policy(AuthorizationAction.Allow) with { Key = new("AuthorizationPolicy", "istio-system", "a") }).IsEmpty);
        Assert.False(Table(Policy(AuthorizationAction.Allow) with { Selector = UserService.Labels }).IsEmpty);
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

    private static AuthorizationTable Table(params AuthorizationPolicy[] policies) => AuthorizationTable.Compile(policies, UserService);

    private static AuthorizationPolicy Policy(AuthorizationAction action, params AuthorizationRule[] rules) =>
        new(new("AuthorizationPolicy", "messageboard", "a"), "a.yaml", new Dictionary<string, string>(), action, rules);

    private static InboundRequest Request(string? principal, string method = "GET", string path = "/") =>
        new(principal, "user-service", method, path, _ => null);
}
