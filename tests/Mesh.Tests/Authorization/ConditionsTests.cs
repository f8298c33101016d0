using System.Text.Json;
using MessageBoard.Mesh.Authorization;

namespace MessageBoard.Mesh.Tests.Authorization;

/// <summary>What each attribute of a request matches, after Istio's pilot/pkg/security/authz/model/generator.go.</summary>
public class ConditionsTests
{
    private const string Gateway = "cluster.local/ns/messageboard/sa/gateway";

    private static readonly InboundRequest Request = AuthorizationTests.Request(Gateway, "GET", "/api/users") with
    {
        Source = IPAddress.Parse("10.1.2.3"),
        Destination = IPAddress.Parse("10.9.0.1"),
        DestinationPort = 8080,
        ServerName = "outbound_.80_._.user-service",
        Claims = JsonDocument.Parse("""
            {"iss": "https://a.example/b", "sub": "ann", "aud": ["x", "y"], "azp": "page", "level": 3, "admin": true, "empty": "",
             "groups": ["staff", "dev"], "realm": {"roles": ["editor"], "name": "main", "a.b": "c"}, "a][b": "d"}
            """).RootElement,
    };

    [Theory]
    // source.principal
    [InlineData("source.principal", Gateway, true)]
    [InlineData("source.principal", "*", true)]
    [InlineData("source.principal", "cluster.local/*", true)]
    [InlineData("source.principal", "*/sa/gateway", true)]
    [InlineData("source.principal", "cluster.local/ns/messageboard/sa/gate", false)]
    // source.namespace: a '*' anywhere
    [InlineData("source.namespace", "messageboard", true)]
    [InlineData("source.namespace", "message*", true)]
    [InlineData("source.namespace", "*board", true)]
    [InlineData("source.namespace", "m*geb*d", true)]
    [InlineData("source.namespace", "*", true)]
    [InlineData("source.namespace", "message", false)]
    [InlineData("source.namespace", "message.oard", false)]
    // source.serviceAccount
    [InlineData("source.serviceAccount", "messageboard/gateway", true)]
    [InlineData("source.serviceAccount", "gateway", true)]
    [InlineData("source.serviceAccount", "other/gateway", false)]
    [InlineData("source.serviceAccount", "gate", false)]
    [InlineData("source.serviceAccount", "way", false)]
    // source.trustDomain
    [InlineData("source.trustDomain", "cluster.local", true)]
    [InlineData("source.trustDomain", "*.local", true)]
    [InlineData("source.trustDomain", "cluster.*", true)]
    [InlineData("source.trustDomain", "*", true)]
    [InlineData("source.trustDomain", "cluster", false)]
    // addresses
    [InlineData("source.ip", "10.1.2.3", true)]
    [InlineData("source.ip", "10.1.0.0/16", true)]
    [InlineData("source.ip", "10.1.255.255/16", true)]
    [InlineData("source.ip", "0.0.0.0/0", true)]
    [InlineData("source.ip", "10.1.2.2/31", true)]
    [InlineData("source.ip", "10.1.2.2", false)]
    [InlineData("source.ip", "10.0.0.0/16", false)]
    [InlineData("source.ip", "::/0", false)]
    [InlineData("remote.ip", "10.1.2.3", true)] // nobody has passed it on
    [InlineData("destination.ip", "10.9.0.0/24", true)]
    [InlineData("destination.ip", "10.9.1.0/24", false)]
    [InlineData("destination.port", "8080", true)]
    [InlineData("destination.port", "80", false)]
    [InlineData("connection.sni", "outbound_.80_*", true)]
    [InlineData("connection.sni", "user-service", false)]
    // the token
    [InlineData("request.auth.principal", "https://a.example/b/ann", true)]
    [InlineData("request.auth.principal", "https://a.example/b/*", true)]
    [InlineData("request.auth.principal", "https://a.example/b/a*", true)]
    [InlineData("request.auth.principal", "*/ann", true)]
    [InlineData("request.auth.principal", "*/b/ann", true)]
    [InlineData("request.auth.principal", "*nn", true)]
    [InlineData("request.auth.principal", "*", true)]
    [InlineData("request.auth.principal", "https://a*", false)] // all before the last slash is the issuer, and that is exact
    [InlineData("request.auth.principal", "https:*", true)] // no slash: the issuer's beginning
    [InlineData("request.auth.principal", "https://a.example/b/bob", false)]
    [InlineData("request.auth.principal", "https://a.example/b", false)]
    [InlineData("request.auth.principal", "https://*/ann", false)]
    [InlineData("request.auth.audiences", "y", true)]
    [InlineData("request.auth.audiences", "*", true)]
    [InlineData("request.auth.audiences", "z", false)]
    [InlineData("request.auth.presenter", "page", true)]
    [InlineData("request.auth.presenter", "p*", true)]
    [InlineData("request.auth.presenter", "q", false)]
    [InlineData("request.auth.claims[groups]", "dev", true)]
    [InlineData("request.auth.claims[groups]", "d*", true)]
    [InlineData("request.auth.claims[groups]", "ops", false)]
    [InlineData("request.auth.claims[realm][roles]", "editor", true)]
    [InlineData("request.auth.claims[realm][name]", "main", true)]
    [InlineData("request.auth.claims[realm][a.b]", "c", true)]
    [InlineData("request.auth.claims[realm]", "*", false)] // an object
    [InlineData("request.auth.claims[groups][dev]", "*", false)]
    [InlineData("request.auth.claims[level]", "3", false)] // a number, Envoy compares texts
    [InlineData("request.auth.claims[admin]", "true", false)]
    [InlineData("request.auth.claims[empty]", "*", false)]
    [InlineData("request.auth.claims[nothing]", "*", false)]
    public void An_attribute_matches_or_not(string key, string value, bool matches)
    {
        Assert.Equal(matches, IsAllowed(key, "values", value));
        Assert.Equal(!matches, IsAllowed(key, "notValues", value));
    }

    [Theory]
    [InlineData("source.principal")]
    [InlineData("source.namespace")]
    [InlineData("source.trustDomain")]
    [InlineData("connection.sni")]
    [InlineData("request.auth.principal")]
    [InlineData("request.auth.audiences")]
    [InlineData("request.auth.claims[a]")]
    [InlineData("request.headers[a]")]
    public void What_is_not_there_matches_nothing(string key)
    {
        var nothing = AuthorizationTests.Request(null);

        Assert.False(IsAllowed(key, "values", "*", nothing));
        Assert.True(IsAllowed(key, "notValues", "*", nothing));
    }

    [Theory]
    [InlineData("a*", "ab", true)]
    [InlineData("*b", "ab", true)]
    [InlineData("*", "", true)] // is there
    [InlineData("a", "A", false)]
    public void A_header_is_matched_as_Envoy_does(string pattern, string value, bool matches) =>
        Assert.Equal(matches, IsAllowed("request.headers[x-a]", "values", pattern, Request with
        {
            Header = name => name == "x-a" ? value : null,
        }));

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.0/24", true)]
    [InlineData("203.0.113.7, 198.51.100.1", "203.0.113.0/24", false)] // only the last one was written by who is trusted
    [InlineData("2001:db8::1", "2001:db8::/32", true)]
    [InlineData("nobody", "10.1.2.3", true)]
    public void The_remote_address_is_the_last_one_of_X_Forwarded_For(string forwarded, string block, bool matches)
    {
        var request = Request with { Header = name => name == "X-Forwarded-For" ? forwarded : null };

        Assert.Equal(matches, IsAllowed("remote.ip", "values", block, request));
        Assert.True(IsAllowed("source.ip", "values", "10.1.2.3", request));
    }

    [Fact]
    public void An_IPv4_address_in_an_IPv6_one_is_the_same() =>
        Assert.True(IsAllowed("source.ip", "values", "10.1.0.0/16", Request with { Source = IPAddress.Parse("::ffff:10.1.2.3") }));

    [Theory]
    [InlineData("USER-SERVICE", true)]
    [InlineData("User-*", true)]
    [InlineData("message-service", false)]
    public void A_hosts_case_does_not_count(string pattern, bool allowed) => Assert.Equal(
        allowed, AuthorizationTests.Table($"rules: [{{to: [{{operation: {{hosts: ['{pattern}']}}}}]}}]").Decide(Request).IsAllowed);

    [Theory]
    [InlineData("source: {ipBlocks: [10.1.0.0/16]}", true)]
    [InlineData("source: {notIpBlocks: [10.1.0.0/16]}", false)]
    [InlineData("source: {remoteIpBlocks: [10.1.2.3], notRemoteIpBlocks: [10.2.0.0/16]}", true)]
    [InlineData("source: {requestPrincipals: ['*'], notRequestPrincipals: ['*/bob']}", true)]
    [InlineData("source: {serviceAccounts: [gateway]}", true)]
    [InlineData("source: {notServiceAccounts: [gateway]}", false)]
    [InlineData("source: {trustDomains: [other]}", false)]
    [InlineData("source: {notTrustDomains: [other]}", true)]
    public void A_source_is_told_by_the_same_attributes(string source, bool allowed) =>
        Assert.Equal(allowed, AuthorizationTests.Table($"rules: [{{from: [{{{source}}}]}}]").Decide(Request).IsAllowed);

    [Theory]
    [InlineData("/api/{*}", "/api/users", true)]
    [InlineData("/api/{*}", "/api/users/me", false)]
    [InlineData("/api/{*}", "/api/", false)]
    [InlineData("/api/{*}/me", "/api/users/me", true)]
    [InlineData("/api/{**}", "/api/users/me", true)]
    [InlineData("/api/{**}", "/api/", true)]
    [InlineData("/{*}/u.ers/{**}", "/api/users/me", false)]
    [InlineData("/{*}/users/{**}", "/api/users/me/x", true)]
    public void A_path_may_have_gaps(string pattern, string path, bool allowed)
    {
        var table = AuthorizationTests.Table($"rules: [{{to: [{{operation: {{paths: ['{pattern}']}}}}]}}]");

        Assert.Equal(allowed, table.Decide(Request with { Path = path }).IsAllowed);
    }

    [Theory]
    [InlineData("ports: ['8080']", true)]
    [InlineData("notPorts: ['8080']", false)]
    public void An_operation_has_ports(string operation, bool allowed) =>
        Assert.Equal(allowed, AuthorizationTests.Table($"rules: [{{to: [{{operation: {{{operation}}}}}]}}]").Decide(Request).IsAllowed);

    private static bool IsAllowed(string key, string list, string value, InboundRequest? request = null) =>
        AuthorizationTests.Table($"rules: [{{when: [{{key: '{key}', {list}: ['{value}']}}]}}]").Decide(request ?? Request).IsAllowed;
}
