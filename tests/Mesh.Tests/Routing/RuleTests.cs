using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Tests.Routing;

/// <summary>In which few words a rule is told.</summary>
public sealed class RuleTests
{
    private const string Rules = """
        - match:
            - name: staff
              headers: {x-role: {exact: staff}}
            - headers: {x-role: {exact: guest}}
          route: [{destination: {host: user-service, subset: ctx1}}]
        - name: beta
          match: [{headers: {x-beta: {}}}]
          route: [{destination: {host: user-service, subset: ctx1}}]
        - match: [{uri: {prefix: /old}}]
          route: [{destination: {host: user-service, subset: ctx2}}]
        - name: default
          match: [{headers: {x-any: {}}}, {uri: {prefix: /}}]
          route:
            - destination: {host: user-service, subset: ctx1}
              weight: 70
            - destination: {host: user-service, subset: ctx2}
              weight: 30
        """;

    [Theory]
    [InlineData("/", "x-role", "staff", "staff")]
    [InlineData("/", "x-role", "guest", "x-role")]
    [InlineData("/", "x-beta", "1", "beta")]
    [InlineData("/old/1", "x-else", "1", "#3")]
    [InlineData("/", "x-else", "1", null)]
    [InlineData("/", "x-any", "1", null)]
    public void It_is_the_matchs_name_or_the_rules_or_a_header_or_its_place(string path, string header, string value, string? rule)
    {
        var routes = Compile(Yaml.Join(Yaml.UserService, Yaml.Routes(Rules)));
        var request = new Request("user-service", path, "GET", (header, value));

        var decision = routes.Decide(request, new Random(1));

        Assert.Equal(rule, decision.Route!.RuleOf(decision.Match));
        Assert.Equal(rule, routes.RuleOf(request));
    }

    [Fact]
    public void A_service_with_one_rule_or_none_has_none_to_tell()
    {
        Assert.Null(Compile(Yaml.Join(Yaml.UserService, Yaml.Split(70, 30))).RuleOf(new Request("user-service")));
        Assert.Null(Compile(Yaml.UserService).RuleOf(new Request("user-service")));
    }

    // As a gateway on Kubernetes has it, which sees VirtualServices and no services.
    [Fact]
    public void It_is_known_without_the_services()
    {
        var routes = Compile(Yaml.Routes(Rules));

        Assert.Equal("beta", routes.RuleOf(new Request("user-service", "/", "GET", ("x-beta", "1"))));
        Assert.Null(routes.RuleOf(new Request("user-service")));
    }

    private static RouteTable Compile(string yaml) => MeshSnapshot.Create(ResourceFile.Read("a.yaml", yaml).Resources, [], new()).Routes;
}
