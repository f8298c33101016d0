using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Tests.Loading;

namespace MessageBoard.Mesh.Tests.Routing;

/// <summary>Istio's analyzeUnreachableHTTPRules and coveredValidation (pkg/config/validation/validation.go), by what requests do.</summary>
public class ReachabilityTests
{
    private const string To = "route: [{destination: {host: user-service}}]";

    [Theory]
    [InlineData("prefix of a longer one", "uri: {prefix: /a}", "uri: {prefix: /a/b}", true)]
    [InlineData("a longer prefix first", "uri: {prefix: /a/b}", "uri: {prefix: /a}", false)]
    [InlineData("prefix of an exact path", "uri: {prefix: /a}", "uri: {exact: /ab}", true)]
    [InlineData("the same expression", "uri: {regex: /a.*}", "uri: {regex: /a.*}", true)]
    [InlineData("two expressions", "uri: {regex: /a.*}", "uri: {regex: /ab}", false)]
    [InlineData("the whole by prefix", "uri: {prefix: /}", "headers: {x-a: {exact: b}}", true)]
    [InlineData("the whole by expression", "uri: {regex: '.*'}", "method: {exact: POST}", true)]
    [InlineData("an empty match", "name: any", "uri: {exact: /a}", true)]
    [InlineData("fewer headers", "headers: {x-a: {exact: b}}", "headers: {X-A: {exact: b}, x-c: {exact: d}}", true)]
    [InlineData("more headers", "headers: {x-a: {exact: b}, x-c: {exact: d}}", "headers: {x-a: {exact: b}}", false)]
    [InlineData("presence of a header", "headers: {x-a: {}}", "headers: {x-a: {prefix: b}}", true)]
    [InlineData("another value", "headers: {x-a: {exact: b}}", "headers: {x-a: {exact: c}}", false)]
    [InlineData("a header that must not be there", "withoutHeaders: {x-a: {}}", "uri: {exact: /a}", false)]
    [InlineData("the same without", "withoutHeaders: {x-a: {}}", "{uri: {exact: /a}, withoutHeaders: {x-a: {}}}", true)]
    [InlineData("a query parameter", "queryParams: {a: {exact: b}}", "{uri: {exact: /a}, queryParams: {a: {exact: b}}}", true)]
    [InlineData("a query parameter in another case", "queryParams: {A: {exact: b}}", "queryParams: {a: {exact: b}}", false)]
    [InlineData("case passed over", "{uri: {prefix: /a}, ignoreUriCase: true}", "uri: {exact: /AB}", true)]
    [InlineData("case not passed over", "uri: {prefix: /a}", "{uri: {exact: /ab}, ignoreUriCase: true}", false)]
    [InlineData("any method", "uri: {prefix: /a}", "{uri: {prefix: /ab}, method: {exact: POST}}", true)]
    [InlineData("one method", "{uri: {prefix: /a}, method: {exact: GET}}", "uri: {prefix: /ab}", false)]
    [InlineData("a port", "port: 80", "{port: 80, uri: {exact: /a}}", true)]
    [InlineData("another port", "port: 80", "port: 81", false)]
    [InlineData("some callers", "sourceLabels: {app: a}", "uri: {exact: /a}", false)]
    [InlineData("fewer labels", "sourceLabels: {app: a}", "sourceLabels: {app: a, version: v1}", true)]
    [InlineData("callers of a namespace", "sourceNamespace: a", "sourceNamespace: b", false)]
    [InlineData("a gateway's and all", "gateways: [front]", "uri: {exact: /a}", false)]
    [InlineData("all and a gateway's", "uri: {prefix: /a}", "{uri: {prefix: /a}, gateways: [mesh]}", true)]
    public void A_match_is_not_used_where_one_before_takes_all_of_its_requests(string why, string earlier, string later, bool isCovered)
    {
        var service = Service($"- {{match: [{Flow(earlier)}], {To}}}\n- {{name: later, match: [{Flow(later)}], {To}}}");
        Assert.True(
            isCovered == Warnings(service).Select(warning => warning.Message)
                .Any(message => message.StartsWith("spec.http[1] (later) is not used: spec.http[0]", StringComparison.Ordinal)), why);
    }

    [Fact]
    public void A_rule_of_which_one_match_is_left_is_told_by_the_others()
    {
        var service = Service($"- {{match: [uri: {{prefix: /a}}], {To}}}\n- {{match: [uri: {{exact: /ab}}, uri: {{exact: /own}}], {To}}}");

        Assert.Equal(
            "spec.http[1].match[0] is not used: spec.http[0].match[0] takes all of its requests before it",
            Assert.Single(Warnings(service)).Message);
    }

    [Fact]
    public void After_a_rule_for_everybody_none_is_used()
    {
        var service = Service($"- {{name: everybody, {To}}}\n- {{name: a-few, match: [uri: {{exact: /a}}], {To}}}\n- {{{To}}}");

        Assert.Equal(
            ["spec.http[1] (a-few) is not used: spec.http[0] (everybody) takes every request before it",
             "spec.http[2] is not used: spec.http[0] (everybody) takes every request before it"],
            Warnings(service).Select(warning => warning.Message));
        Assert.Equal([9, 10], Warnings(service).Select(warning => warning.Line!.Value));
    }

    [Fact]
    public void Several_rules_together_may_take_all_of_a_later_one()
    {
        var service = Service(
            $"- {{match: [uri: {{prefix: /a}}], {To}}}\n- {{match: [uri: {{prefix: /b}}], {To}}}\n"
            + $"- {{match: [uri: {{exact: /a}}, uri: {{exact: /b}}], {To}}}\n- {{{To}}}");

        Assert.Equal("spec.http[2]", Field(Assert.Single(Warnings(service)).Message));
    }

    [Fact]
    public void The_same_match_twice_in_a_rule_is_told() =>
        Assert.Equal(
            "spec.http[0].match[1] is not used: spec.http[0].match[0] takes all of its requests before it",
            Assert.Single(Warnings(Service($"- {{match: [uri: {{exact: /a}}, uri: {{exact: /a}}], {To}}}"))).Message);

    [Theory]
    [InlineData("uri: {prefix: /}", 0)]
    [InlineData("uri: {regex: '.*'}", 0)]
    [InlineData("name: any", 0)]
    [InlineData("{uri: {exact: /a}}, {uri: {prefix: /}}", 0)]
    [InlineData("{uri: {prefix: /}, method: {exact: GET}}", 1)]
    [InlineData("{uri: {prefix: /}, sourceLabels: {app: a}}", 1)]
    [InlineData("{uri: {prefix: /a}}", 1)]
    public void The_default_route_is_the_first_that_takes_everything(string match, int index) =>
        Assert.Equal(index, Reachability.DefaultRouteOf(Service($"- {{match: [{match}], {To}}}\n- {{{To}}}\n- {{name: last, {To}}}")));

    private static string Flow(string match) => match.StartsWith('{') ? match : $"{{{match}}}";

    private static string Field(string message) => message.Split(' ')[0];

    private static IReadOnlyList<MeshProblem> Warnings(VirtualService service) => [.. Reachability.Warnings(service)];

    private static VirtualService Service(string http) => ResourceFile.Read("a.yaml", Yaml.Routes(http)).Only<VirtualService>();
}
