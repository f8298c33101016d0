using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Tests.Loading;

namespace MessageBoard.Mesh.Tests.GatewayApi;

/// <summary>HTTPRoutes against the schema and the rules of their CRD, gateway.networking.k8s.io/v1 of the standard channel.</summary>
public class HttpRouteReaderTests
{
    private const string Parents = "parentRefs: [{group: '', kind: Service, name: a}]";

    [Theory]
    [InlineData("{}")]
    [InlineData("{name: first}")]
    [InlineData("{backendRefs: [{name: a, port: 80}]}")]
    [InlineData("{backendRefs: [{name: a, port: 80, weight: 0}, {name: b, namespace: other, port: 1, weight: 1000000}]}")]
    [InlineData("{backendRefs: [{group: networking.istio.io, kind: Hostname, name: example.com, port: 443}]}")]
    [InlineData("{matches: [{path: {value: /a}}, {path: {type: Exact, value: /a/}}, {path: {type: RegularExpression, value: '//a+'}}]}")]
    [InlineData(
        "{matches: [{method: PATCH, headers: [{name: X-A, value: b}], "
        + "queryParams: [{name: q, type: RegularExpression, value: b.*}]}]}")]
    [InlineData("{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}], remove: [c]}}]}")]
    [InlineData("{filters: [{type: RequestRedirect, requestRedirect: {}}]}")]
    [InlineData("{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, percent: 0}}]}")]
    [InlineData("{filters: [{type: CORS, cors: {allowOrigins: ['*'], allowMethods: ['*'], maxAge: 1}}]}")]
    [InlineData("{filters: [{type: CORS, cors: {allowOrigins: ['https://*.example.com:8443', 'http://*']}}]}")]
    [InlineData("{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}")]
    [InlineData("{timeouts: {request: 0s, backendRequest: 10s}}")]
    [InlineData("{timeouts: {request: 1h30m, backendRequest: 99999ms}}")]
    public void A_rule_of_the_schema_is_read(string rule) => Assert.Single(Rule(rule).Only<GatewayHttpRoute>().Rules);

    [Theory]
    [InlineData("{name: A}", "name 'A' is no name")]
    [InlineData("{nam: a}", "nam is not a field")]
    [InlineData("{retry: {attempts: 2}}", "retry is not carried out")]
    [InlineData("{sessionPersistence: {}}", "sessionPersistence is not carried out")]
    [InlineData("{backendRefs: [{port: 80}]}", "backendRefs[0].name is missing")]
    [InlineData("{backendRefs: [{name: a}]}", "backendRefs[0].port is missing")]
    [InlineData("{backendRefs: [{name: a, port: 0}]}", "backendRefs[0].port has to be")]
    [InlineData("{backendRefs: [{name: a, port: 80, weight: -1}]}", "backendRefs[0].weight has to be")]
    [InlineData("{backendRefs: [{name: a, port: 80, weight: 1000001}]}", "backendRefs[0].weight has to be")]
    [InlineData("{backendRefs: [{name: a.b, port: 80}]}", "backendRefs[0].name 'a.b' is no Service's name")]
    [InlineData("{backendRefs: [{name: a, namespace: A, port: 80}]}", "backendRefs[0].namespace 'A' is no namespace")]
    [InlineData("{backendRefs: [{kind: Pool, group: x.io, name: a}]}", "backendRefs[0].kind is x.io/Pool, which is not carried out")]
    [InlineData("{backendRefs: [{kind: '0', name: a}]}", "backendRefs[0].kind '0' is no kind")]
    [InlineData("{matches: [{path: {value: a}}]}", "matches[0].path.value has to begin with '/'")]
    [InlineData("{matches: [{path: {value: /a//b}}]}", "matches[0].path.value must not contain '//'")]
    [InlineData("{matches: [{path: {value: /a/./b}}]}", "matches[0].path.value must not contain '/./'")]
    [InlineData("{matches: [{path: {value: /a/../b}}]}", "matches[0].path.value must not contain '/../'")]
    [InlineData("{matches: [{path: {value: /a%2fb}}]}", "matches[0].path.value must not contain '%2f'")]
    [InlineData("{matches: [{path: {type: Exact, value: '/a#b'}}]}", "matches[0].path.value must not contain '#'")]
    [InlineData("{matches: [{path: {value: /a/..}}]}", "matches[0].path.value must not end")]
    [InlineData("{matches: [{path: {value: '/a b'}}]}", "matches[0].path.value '/a b' has a character")]
    [InlineData("{matches: [{path: {value: '/a%2'}}]}", "matches[0].path.value '/a%2' has a character")]
    [InlineData("{matches: [{path: {type: Prefix, value: /a}}]}", "matches[0].path.type has to be one of")]
    [InlineData("{matches: [{path: {type: RegularExpression, value: '('}}]}", "matches[0].path.value is no regular expression")]
    [InlineData("{matches: [{method: get}]}", "matches[0].method has to be one of")]
    [InlineData("{matches: [{headers: [{name: a}]}]}", "matches[0].headers[0].value is missing")]
    [InlineData("{matches: [{headers: [{name: 'a b', value: c}]}]}", "matches[0].headers[0].name 'a b' is no name")]
    [InlineData("{matches: [{headers: [{name: a, value: ''}]}]}", "matches[0].headers[0].value must not be empty")]
    [InlineData("{matches: [{headers: [{name: a, value: b}, {name: a, value: c}]}]}", "matches[0].headers[1].name 'a' is here")]
    [InlineData("{matches: [{queryParams: [{name: a, type: Prefix, value: b}]}]}", "matches[0].queryParams[0].type has to be")]
    [InlineData("{filters: [{}]}", "filters[0].type is missing")]
    [InlineData("{filters: [{type: CORS}]}", "filters[0].cors is missing")]
    [InlineData("{filters: [{type: CORS, cors: {}, urlRewrite: {}}]}", "filters[0].urlRewrite must not be given")]
    [InlineData("{filters: [{type: CORS, cors: {}}, {type: CORS, cors: {}}]}", "filters[1].type CORS must not be there twice")]
    [InlineData(
        "{filters: [{type: CORS, cors: {allowOrigins: ['*', 'https://a']}}]}",
        "filters[0].cors.allowOrigins has to have '*' alone")]
    [InlineData("{filters: [{type: CORS, cors: {allowOrigins: [a]}}]}", "filters[0].cors.allowOrigins[0] 'a' is no origin")]
    [InlineData("{filters: [{type: CORS, cors: {allowMethods: [get]}}]}", "filters[0].cors.allowMethods[0] has to be one of")]
    [InlineData("{filters: [{type: CORS, cors: {maxAge: 0}}]}", "filters[0].cors.maxAge has to be")]
    [InlineData(
        "{filters: [{type: ExtensionRef, extensionRef: {group: a, kind: B, name: c}}]}",
        "filters[0].extensionRef is not carried out")]
    [InlineData(
        "{filters: [{type: RequestRedirect, requestRedirect: {statusCode: 304}}]}",
        "filters[0].requestRedirect.statusCode has to be")]
    [InlineData("{filters: [{type: RequestRedirect, requestRedirect: {scheme: ftp}}]}", "filters[0].requestRedirect.scheme has to be")]
    [InlineData(
        "{filters: [{type: RequestRedirect, requestRedirect: {}}], backendRefs: [{name: a, port: 80}]}",
        "backendRefs cannot stand")]
    [InlineData("{filters: [{type: RequestRedirect, requestRedirect: {}}, {type: URLRewrite, urlRewrite: {}}]}", "filters must not have")]
    [InlineData("{filters: [{type: URLRewrite, urlRewrite: {hostname: A.b}}]}", "filters[0].urlRewrite.hostname 'A.b' is no name")]
    [InlineData("{filters: [{type: URLRewrite, urlRewrite: {path: {}}}]}", "filters[0].urlRewrite.path.type is missing")]
    [InlineData(
        "{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath}}}]}",
        "filters[0].urlRewrite.path.replaceFullPath is missing")]
    [InlineData(
        "{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /, replacePrefixMatch: /}}}]}",
        "filters[0].urlRewrite.path.replacePrefixMatch must not be given")]
    [InlineData(
        "{matches: [{path: {value: /a}}, {}], filters: [{type: URLRewrite, urlRewrite: "
        + "{path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}",
        "filters[0].urlRewrite.path.replacePrefixMatch needs a rule with one match")]
    [InlineData("{filters: [{type: RequestMirror, requestMirror: {}}]}", "filters[0].requestMirror.backendRef is missing")]
    [InlineData(
        "{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, fraction: {numerator: 3, denominator: 2}}}]}",
        "filters[0].requestMirror.fraction.numerator must not be greater")]
    [InlineData(
        "{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, percent: 1, fraction: {numerator: 1}}}]}",
        "filters[0].requestMirror.fraction cannot stand beside percent")]
    [InlineData(
        "{backendRefs: [{name: a, port: 80, filters: [{type: URLRewrite, urlRewrite: {hostname: a}}]}]}",
        "backendRefs[0].filters[0].urlRewrite is not carried out for a single backend")]
    [InlineData("{timeouts: {request: 1.5s}}", "timeouts.request has to be a duration")]
    [InlineData("{timeouts: {request: 1h1m1s1ms1ms}}", "timeouts.request has to be a duration")]
    [InlineData("{timeouts: {request: 1s, backendRequest: 2s}}", "timeouts.backendRequest must not be longer than request")]
    public void A_rule_that_the_CRD_or_the_mesh_refuses_is_told_by_its_field(string rule, string problem) =>
        Rule(rule).IsRefused($"spec.rules[0].{problem}");

    [Theory]
    [InlineData("rules: []", "spec.rules has to have at least one rule")]
    [InlineData("hostnames: ['a.*']", "spec.hostnames[0] 'a.*' is no host name")]
    [InlineData("hostnames: [A]", "spec.hostnames[0] 'A' is no host name")]
    [InlineData("parentRefs: [{kind: Service}]", "spec.parentRefs[0].name is missing")]
    [InlineData("parentRefs: [{name: a, port: 65536}]", "spec.parentRefs[0].port has to be")]
    [InlineData("parentRefs: [{name: a}, {name: a, port: 80}]", "spec.parentRefs[1].sectionName has to be another one")]
    [InlineData("parentRefs: [{name: a}, {name: a, sectionName: b}]", "spec.parentRefs[1].sectionName has to be given by all")]
    [InlineData("tls: {}", "spec.tls is not a field")]
    public void A_route_that_the_CRD_refuses_is_told_by_its_field(string spec, string problem) => Route(spec).IsRefused(problem);

    [Theory]
    [InlineData("parentRefs: [{name: front}]", "spec.parentRefs[0] is a Gateway, messageboard/front")]
    [InlineData("parentRefs: [{group: a.io, kind: B, name: c}]", "spec.parentRefs[0] has no effect: Istio binds no route to a B of 'a.io'")]
    [InlineData("hostnames: [a.b], " + Parents, "spec.hostnames has no effect for a Service")]
    [InlineData("rules: [{}]", "spec has no effect: without parentRefs")]
    public void What_has_no_effect_is_said(string spec, string note) =>
        Assert.Contains(Route(spec).Notes(), message => message.StartsWith(note, StringComparison.Ordinal));

    [Fact]
    public void The_CRDs_limits_of_number_are_kept()
    {
        Route($"rules: [{string.Join(", ", Enumerable.Repeat("{}", 17))}]").IsRefused("spec.rules has 17 items; at most 16");
        var matches = $"{{matches: [{string.Join(", ", Enumerable.Repeat("{method: GET}", 64))}]}}";
        Route($"rules: [{matches}, {matches}]").Only<GatewayHttpRoute>();
        Route($"rules: [{matches}, {matches}, {{}}]").IsRefused("spec.rules has 129 matches together; at most 128");
    }

    [Theory]
    [InlineData("gateway.networking.k8s.io/v1", "HTTPRoute", null)]
    [InlineData("gateway.networking.k8s.io/v1beta1", "HTTPRoute", null)]
    [InlineData("gateway.networking.k8s.io/v1alpha2", "HTTPRoute", "apiVersion 'gateway.networking.k8s.io/v1alpha2' is no version")]
    [InlineData("gateway.networking.k8s.io/v1", "HttpRoute", "kind 'HttpRoute' is no kind of gateway.networking.k8s.io")]
    public void Kinds_and_versions_are_Gateway_APIs(string apiVersion, string kind, string? problem)
    {
        var file = Loaded.File(apiVersion, kind, $"{{{Parents}}}");
        if (problem is null)
            file.Only<GatewayHttpRoute>();
        else
            file.IsRefused(problem);
    }

    [Theory]
    [InlineData("Gateway", "{gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}]}", null)]
    [InlineData("Gateway", "{gatewayClassName: istio}", "spec.listeners has to have at least one listener")]
    [InlineData("Gateway", "{listeners: [{name: a, port: 80, protocol: HTTP}]}", "spec.gatewayClassName is missing")]
    [InlineData("Gateway", "{gatewayClassName: a, listeners: [{name: a, protocol: HTTP}]}", "spec.listeners[0].port is missing")]
    [InlineData("GatewayClass", "{controllerName: istio.io/gateway-controller}", null)]
    [InlineData("GatewayClass", "{}", "spec.controllerName is missing")]
    [InlineData("ReferenceGrant", "{from: [{group: '', kind: A, namespace: b}], to: [{group: '', kind: Service}]}", null)]
    [InlineData("ReferenceGrant", "{from: [{group: '', kind: A}], to: [{group: '', kind: Service}]}", "spec.from[0].namespace is missing")]
    [InlineData("ReferenceGrant", "{from: []}", "spec.from has to have at least one item")]
    [InlineData("GRPCRoute", "{parentRefs: [{name: a}], rules: []}", null)]
    [InlineData("GRPCRoute", "{parents: []}", "spec.parents is not a field")]
    public void Its_other_kinds_are_checked_and_named_as_not_carried_out(string kind, string spec, string? problem)
    {
        var file = Loaded.File("gateway.networking.k8s.io/v1", kind, spec);
        if (problem is not null)
        {
            file.IsRefused(problem);
            return;
        }

        Assert.Empty(file.Problems);
        Assert.Contains($"kind {kind} of Gateway API is not carried out by the local mesh", file.Notes());
    }

    private static ResourceFile Rule(string rule) => Route($"{Parents}, rules: [{rule}]");

    private static ResourceFile Route(string spec) => Loaded.File("gateway.networking.k8s.io/v1", "HTTPRoute", $"{{{spec}}}");
}
