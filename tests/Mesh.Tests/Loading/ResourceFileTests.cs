using MessageBoard.Mesh.Loading;

namespace MessageBoard.Mesh.Tests.Loading;

public class ResourceFileTests
{
    private const string Destination = "route: [{destination: {host: user-service}}]";

    [Fact]
    public void A_file_may_hold_several_resources()
    {
        var file = Read(Yaml.Join(Yaml.Split(70, 30), Yaml.UserService));

        Assert.Empty(file.Problems);
        Assert.False(file.Refused);
        Assert.Equal(["VirtualService", "DestinationRule", "ServiceEntry", "WorkloadEntry", "WorkloadEntry"], file.Resources.Select(resource => resource.Id.Kind));
        Assert.All(file.Resources, resource => Assert.Equal("messageboard", resource.Id.Namespace));
    }

    [Theory]
    [InlineData("- timeout: 5s\n  " + Destination, 8, "spec.http[0].timeout is not carried out by the local mesh yet")]
    [InlineData("- fault: {}\n  " + Destination, 8, "spec.http[0].fault is not carried out")]
    [InlineData("- tiemout: 5s\n  " + Destination, 8, "spec.http[0].tiemout is not a field that Istio knows")]
    [InlineData("- " + Destination + "\n  match:\n    - uri: {exact: /}\n      queryParams: {}", 11, "spec.http[0].match[0].queryParams is not carried out")]
    [InlineData("- match: [{uri: {exact: /, prefix: /}}]\n  " + Destination, 8, "spec.http[0].match[0].uri has to have one of exact, prefix and regex")]
    [InlineData("- match: [{uri: {suffix: /}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.suffix is not a field")]
    [InlineData("- match: [{uri: {prefix: ''}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.prefix must not be empty")]
    [InlineData("- match: [{uri: {regex: '('}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.regex is no regular expression")]
    [InlineData("- match: [{uri: {regex: 'a)(b'}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.regex is no regular expression")]
    [InlineData("- match: [{uri: {regex: '(?=a)'}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.regex is no regular expression")]
    [InlineData("- match: [{uri: {exact: 1}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.exact has to be a text")]
    [InlineData("- match: {}\n  " + Destination, 8, "spec.http[0].match has to be a list")]
    [InlineData("- name: x", 8, "spec.http[0].route has to have at least one destination")]
    [InlineData("- route: [{weight: 1}]", 8, "spec.http[0].route[0].destination is missing")]
    [InlineData("- route:\n    - destination: {host: ''}", 9, "spec.http[0].route[0].destination.host is missing")]
    [InlineData("- route: [{destination: {host: '*'}}]", 8, "spec.http[0].route[0].destination.host '*' is no service's name")]
    [InlineData("- route: [{destination: {host: a, port: {number: 70000}}}]", 8, "spec.http[0].route[0].destination.port.number has to be a whole number from 1 to 65535")]
    [InlineData("- route: [{destination: {host: a}, weight: 1.5}]", 8, "spec.http[0].route[0].weight has to be a whole number")]
    [InlineData("- route: [{destination: {host: a}, weight: -1}]", 8, "spec.http[0].route[0].weight has to be a whole number")]
    [InlineData("- route: [{destination: {host: a}, weight: '70'}]", 8, "spec.http[0].route[0].weight has to be a whole number")]
    [InlineData("- route: [{destination: {host: a}}, {destination: {host: b}}]", 8, "spec.http[0].route has weights that add up to 0")]
    [InlineData("- route: [{destination: {host: a}, weight: 2147483647}, {destination: {host: b}, weight: 2147483647}]", 8, "spec.http[0].route has weights that add up to 4294967294")]
    public void A_route_that_cannot_be_obeyed_is_refused_with_field_and_line(string http, int line, string message)
    {
        var file = Read(Yaml.Routes(http));

        var problem = file.Problems[0];
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(line, problem.Line);
        Assert.Equal("VirtualService user-service", problem.Resource);
        Assert.True(file.Refused);
        Assert.Empty(file.Resources);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var file = Read(Yaml.Routes("""
            - timeout: 5s
              retries: {attempts: 3}
              match: [{uri: {regex: "("}, sourceLabels: {a: b}}]
              route: [{destination: {host: a, colour: red}, weight: many}]
            """));

        Assert.Equal(
            ["spec.http[0].match[0].sourceLabels", "spec.http[0].match[0].uri.regex", "spec.http[0].retries", "spec.http[0].route[0].destination.colour", "spec.http[0].route[0].weight", "spec.http[0].timeout"],
            file.Problems.Select(problem => problem.Message.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("user-service", true)]
    [InlineData("user-service.messageboard.svc.cluster.local", true)]
    [InlineData("*.example.com", true)]
    [InlineData("*", true)]
    [InlineData("a*", false)]
    [InlineData("*a.example.com", false)]
    [InlineData("a.*.com", false)]
    [InlineData("-a", false)]
    [InlineData("a b", false)]
    [InlineData("a..b", false)]
    [InlineData("http://a", false)]
    public void A_host_is_a_name_with_at_most_a_leading_wildcard(string host, bool valid) =>
        Assert.Equal(valid, Read(Yaml.Routes("- " + Destination, host)).Problems.Count == 0);

    [Theory]
    [InlineData("spec:\n  host: a\n  trafficPolicy: {}", "spec.trafficPolicy is not carried out")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x}, {name: x}]", "spec.subsets[1].name 'x' is given to two subsets")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x, labels: {version: 1}}]", "spec.subsets[0].labels.version has to be a text: write \"1\" with quotes")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x, labels: {on: yes}}]", "spec.subsets[0].labels.on has to be a text")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x, labels: {[a]: b}}]", "spec.subsets[0].labels has a key that is not a text")]
    [InlineData("spec: {}", "spec.host is missing")]
    [InlineData("spec: text", "spec has to be a mapping")]
    [InlineData("sepc: {host: a}\nspec: {host: a}", "sepc is not a field")]
    [InlineData("metadata: {name: again}", "")]
    [InlineData("", "spec is missing")]
    public void A_destination_rule_is_read_as_strictly(string rest, string message)
    {
        var file = Read($"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: a}}\n{rest}\n");

        Assert.True(file.Refused);
        Assert.Contains(file.Problems, problem => problem.Message.StartsWith(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: front}\nspec: {anything: 1}", "Gateway front")]
    [InlineData("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: front}\nspec: {}", "AuthorizationPolicy front")]
    public void Istios_other_kinds_are_named_and_passed_over(string document, string resource)
    {
        var file = Read(Yaml.Join(document, Yaml.Rule));

        Assert.Equal(resource, Assert.Single(file.Problems).Resource);
        Assert.False(file.Refused);
        Assert.Single(file.Resources);
    }

    [Fact]
    public void Other_systems_kinds_are_none_of_ours() =>
        Assert.Empty(Read(Yaml.Join("apiVersion: v1\nkind: Service\nspec: {what: ever}", "apiVersion: appmesh.k8s.aws/v1beta2\nkind: VirtualService")).Problems);

    [Fact]
    public void Status_is_the_controllers_affair() =>
        Assert.Empty(Read(Yaml.Rule + "\nstatus: {conditions: []}").Problems);

    private static ResourceFile Read(string text) => ResourceFile.Read("a.yaml", text);
}
