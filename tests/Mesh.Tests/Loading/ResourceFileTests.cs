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
        Assert.Equal(
            ["VirtualService", "DestinationRule", "ServiceEntry", "WorkloadEntry", "WorkloadEntry"],
            file.Resources.Select(resource => resource.Key.Kind));
        Assert.All(file.Resources, resource => Assert.Equal("messageboard", resource.Key.Namespace));
    }

    [Theory]
    [InlineData("- redirect: {uri: /b}\n  delegate: {name: other}", 8, "spec.http[0].redirect cannot stand beside delegate")]
    [InlineData("- fault: {}\n  " + Destination, 8, "spec.http[0].fault has to have a delay or an abort")]
    [InlineData("- tiemout: 5s\n  " + Destination, 8, "spec.http[0].tiemout is not a field that Istio knows")]
    [InlineData("- match: [{uri: {exact: /, prefix: /}}]\n  "
        + Destination, 8, "spec.http[0].match[0].uri has to have one of exact, prefix and regex")]
    [InlineData("- match: [{uri: {suffix: /}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.suffix is not a field")]
    [InlineData("- match: [{method: {prefix: ''}}]\n  " + Destination, 8, "spec.http[0].match[0].method.prefix must not be empty")]
    [InlineData("- match: [{uri: {regex: '('}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.regex is no regular expression")]
    [InlineData("- match: [{uri: {regex: 'a)(b'}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.regex is no regular expression")]
    [InlineData("- match: [{uri: {regex: '(?=a)'}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.regex is no regular expression")]
    [InlineData("- match: [{uri: {exact: 1}}]\n  " + Destination, 8, "spec.http[0].match[0].uri.exact has to be a text")]
    [InlineData("- match: {}\n  " + Destination, 8, "spec.http[0].match has to be a list")]
    [InlineData("- name: x", 8, "spec.http[0].route has to have at least one destination")]
    [InlineData("- route: [{weight: 1}]", 8, "spec.http[0].route[0].destination is missing")]
    [InlineData("- route:\n    - destination: {host: ''}", 9, "spec.http[0].route[0].destination.host is missing")]
    [InlineData("- route: [{destination: {host: '*'}}]", 8, "spec.http[0].route[0].destination.host '*' is no service's name")]
    [InlineData("- route: [{destination: {host: a, port: {number: "
        + "70000}}}]", 8, "spec.http[0].route[0].destination.port.number has to be a whole number from 1 to 65535")]
    [InlineData("- route: [{destination: {host: a}, weight: 1.5}]", 8, "spec.http[0].route[0].weight has to be a whole number")]
    [InlineData("- route: [{destination: {host: a}, weight: -1}]", 8, "spec.http[0].route[0].weight has to be a whole number")]
    [InlineData("- route: [{destination: {host: a}, weight: '70'}]", 8, "spec.http[0].route[0].weight has to be a whole number")]
    [InlineData("- route: [{destination: {host: a}}, {destination: {host: b}}]", 8, "spec.http[0].route has weights that add up to 0")]
    [InlineData("- route: [{destination: {host: a}, weight: 2147483647}, {destination: {host: b}, weight: "
        + "2147483647}]", 8, "spec.http[0].route has weights that add up to 4294967294")]
    public void A_route_that_cannot_be_obeyed_is_refused_with_field_and_line(string http, int line, string message)
    {
        var file = Read(Yaml.Routes(http));

        var problem = file.Problems[0];
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(line, problem.Line);
        Assert.StartsWith($"{problem.Path} ", problem.Message, StringComparison.Ordinal);
        Assert.Equal("VirtualService messageboard/user-service", $"{problem.Resource}");
        Assert.True(file.Refused);
        Assert.Empty(file.Resources);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var file = Read(Yaml.Routes("""
            - timeout: 5
              retries: {attempts: -1}
              match: [{uri: {regex: "("}, sourceLabels: {a: b c}}]
              route: [{destination: {host: a, colour: red}, weight: many}]
            """));

        Assert.Equal(
            [
                "spec.http[0].match[0].sourceLabels.a", "spec.http[0].match[0].uri.regex", "spec.http[0].retries.attempts",
                "spec.http[0].route[0].destination.colour", "spec.http[0].route[0].weight", "spec.http[0].timeout",
            ],
            file.Problems.Select(problem => problem.Message.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.Equal(ResourceState.Refused, Assert.Single(file.Statuses).State);
        Assert.Equal(file.Problems, file.Statuses[0].Problems);
    }

    [Theory]
    [InlineData("user-service", true)]
    [InlineData("user-service.messageboard.svc.cluster.local", true)]
    [InlineData("*.example.com", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("*", false)] // in the mesh
    [InlineData("a*", false)]
    [InlineData("*-a.example.com", true)]
    [InlineData("a.1", false)]
    [InlineData("*a.example.com", true)]
    [InlineData("a.*.com", false)]
    [InlineData("-a", false)]
    [InlineData("a b", false)]
    [InlineData("a..b", false)]
    [InlineData("http://a", false)]
    public void A_host_is_a_name_with_at_most_a_leading_wildcard(string host, bool valid) =>
        Assert.Equal(valid, Read(Yaml.Routes("- " + Destination, host)).Problems.Count == 0);

    [Theory]
    [InlineData("spec:\n  host: a\n  trafficPolicy: {}", "spec.trafficPolicy has to have at least one field")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x}, {name: x}]", "spec.subsets[1].name 'x' is given to two subsets")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x, labels: {version: "
        + "1}}]", "spec.subsets[0].labels.version has to be a text: write \"1\" with quotes")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x, labels: {on: yes}}]", "spec.subsets[0].labels.on has to be a text")]
    [InlineData("spec:\n  host: a\n  subsets: [{name: x, labels: {[a]: b}}]", "spec.subsets[0].labels has a key that is not a text")]
    [InlineData("spec: {}", "spec.host is missing")]
    [InlineData("spec: text", "spec has to be a mapping")]
    [InlineData("sepc: {host: a}\nspec: {host: a}", "sepc is not a field")]
    [InlineData("metadata: {name: again}", "")]
    [InlineData("spec: {host: a}", "metadata.name 'A b' is no resource's name", "{name: A b}")]
    [InlineData("spec: {host: a}", "metadata.namespace 'a.b' is no namespace's name", "{name: a, namespace: a.b}")]
    [InlineData("", "spec is missing")]
    public void A_destination_rule_is_read_as_strictly(string rest, string message, string metadata = "{name: a}")
    {
        var file = Read($"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {metadata}\n{rest}\n");

        Assert.True(file.Refused);
        Assert.Contains(file.Problems, problem => problem.Message.StartsWith(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("networking.istio.io/v1", "Gateway", "{selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: "
        + "HTTP}, hosts: ['*']}]}")]
    [InlineData("networking.istio.io/v1alpha3", "EnvoyFilter", "{configPatches: []}")]
    [InlineData("networking.istio.io/v1beta1", "ProxyConfig", "{concurrency: 2}")]
    [InlineData("networking.istio.io/v1", "WorkloadGroup", "{template: {}}")]
    [InlineData("security.istio.io/v1", "PeerAuthentication", "{mtls: {mode: STRICT}}")]
    [InlineData("telemetry.istio.io/v1", "Telemetry", "{tracing: []}")]
    [InlineData("extensions.istio.io/v1alpha1", "WasmPlugin", "{url: 'oci://a'}")]
    [InlineData("extensions.istio.io/v1alpha1", "TrafficExtension", "{lua: {inlineCode: a}}")]
    public void Istios_other_kinds_are_accepted_and_named(string apiVersion, string kind, string spec)
    {
        var file = Read(Yaml.Join($"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{name: front}}\nspec: {spec}", Yaml.Rule));

        Assert.Empty(file.Problems);
        Assert.Equal("DestinationRule", Assert.Single(file.Resources).Key.Kind);
        var status = file.Statuses[0];
        Assert.Equal(
            (apiVersion, kind, "messageboard", "front", 1, ResourceState.Accepted),
            (status.ApiVersion, status.Kind, status.Namespace, status.Name, status.Line, status.State));
        Assert.Equal($"kind {kind} is not carried out by the local mesh", Assert.Single(status.NotCarriedOut).Message);
    }

    [Theory]
    [InlineData("networking.istio.io/v1", "Gateway", "{servers: []}", "spec.servers has to have at least one server")]
    [InlineData("networking.istio.io/v1", "Gateway", "{servers: [{port: {number: 80, name: "
        + "a}}]}", "spec.servers[0].port.protocol is missing")]
    [InlineData("networking.istio.io/v1", "Gateway", "{selectors: {}}", "spec.selectors is not a field that Istio knows here")]
    [InlineData("networking.istio.io/v1", "Sidecar", "{}", "spec has to have egress, ingress")]
    [InlineData("networking.istio.io/v1", "EnvoyFilter", "{}", "apiVersion 'networking.istio.io/v1' is no version of EnvoyFilter")]
    [InlineData("networking.istio.io/v1", "Ingress", "{}", "kind 'Ingress' is no kind of networking.istio.io")]
    [InlineData("networking.istio.io/v1", "WorkloadGroup", "{}", "spec.template is missing")]
    [InlineData("security.istio.io/v1", "PeerAuthentication", "{mtls: {mode: ON}}", "spec.mtls.mode has to be a text")]
    [InlineData("security.istio.io/v1", "PeerAuthentication", "{mtls: {mode: MUTUAL}}", "spec.mtls.mode has to be one of UNSET, DISABLE")]
    [InlineData("security.istio.io/v1", "PeerAuthentication", "{portLevelMtls: {80: {mode: "
        + "STRICT}}}", "spec.portLevelMtls has to have a selector")]
    [InlineData("security.istio.io/v1", "RequestAuthentication", "{jwtRules: [{}]}", "spec.jwtRules[0] has to have an issuer or a jwksUri")]
    [InlineData("extensions.istio.io/v1alpha1", "WasmPlugin", "{}", "spec.url is missing")]
    public void They_are_checked_all_the_same(string apiVersion, string kind, string spec, string message)
    {
        var file = Read($"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{name: front}}\nspec: {spec}");

        Assert.Contains(file.Problems, problem => problem.Message.StartsWith(message, StringComparison.Ordinal));
        Assert.Equal(ResourceState.Refused, Assert.Single(file.Statuses).State);
    }

    [Fact]
    public void Other_systems_kinds_are_passed_over_by_name()
    {
        var file = Read(Yaml.Join(
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {what: ever}",
            "apiVersion: appmesh.k8s.aws/v1beta2\nkind: VirtualService"));

        Assert.Empty(file.Problems);
        Assert.Equal(
            [("Service", "a", 1), ("VirtualService", null, 6)], file.Statuses.Select(status => (status.Kind, status.Name, status.Line)));
        Assert.All(file.Statuses, status => Assert.Equal(ResourceState.PassedOver, status.State));
    }

    [Fact]
    public void A_file_that_cannot_be_read_has_a_status_too()
    {
        var status = Assert.Single(Read("a: [1, 2").Statuses);

        Assert.Equal(("", null, ResourceState.Refused), (status.Kind, status.Name, status.State));
        Assert.Single(status.Problems);
    }

    [Fact]
    public void Status_is_the_controllers_affair() =>
        Assert.Empty(Read(Yaml.Rule + "\nstatus: {conditions: []}").Problems);

    private static ResourceFile Read(string text) => ResourceFile.Read("a.yaml", text);
}
