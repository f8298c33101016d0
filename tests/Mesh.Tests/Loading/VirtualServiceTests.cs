namespace MessageBoard.Mesh.Tests.Loading;

public class VirtualServiceTests
{
    [Fact]
    public void All_of_a_match_is_read()
    {
        var match = Assert.Single(Loaded.Route("""
            match: [{name: n, uri: {prefix: ''}, ignoreUriCase: true, scheme: {exact: https}, method: {regex: 'GET|PUT'},
              authority: {prefix: a},
              headers: {x-a: {exact: b}, x-b: {}}, withoutHeaders: {x-c: {regex: '*'}}, queryParams: {q: {exact: ''}, r: {}}, port: 80,
              sourceLabels: {app: gateway}, sourceNamespace: other, gateways: [mesh, front, istio-system/front,
                front.other.svc.cluster.local]}]
            """).OnlyRoute().Matches);

        Assert.Equal("n", match.Name);
        Assert.Equal(new StringMatch.Prefix(""), match.Uri);
        Assert.True(match.IgnoreUriCase);
        Assert.Equal(new StringMatch.Exact("https"), match.Scheme);
        Assert.True(match.Method!.IsMatch("PUT"));
        Assert.Equal(new StringMatch.Prefix("a"), match.Authority);
        Assert.Equal([new("x-a", new StringMatch.Exact("b")), new("x-b", new StringMatch.Present())], match.Headers);
        Assert.Equal([new("x-c", new StringMatch.Present())], match.WithoutHeaders);
        Assert.Equal([new("q", new StringMatch.Exact("")), new("r", new StringMatch.Present())], match.QueryParams);
        Assert.Equal(80, match.Port);
        Assert.Equal("gateway", match.SourceLabels["app"]);
        Assert.Equal("other", match.SourceNamespace);
        Assert.Equal(["mesh", "messageboard/front", "istio-system/front", "other/front"], match.Gateways);
    }

    [Fact]
    public void An_empty_condition_asks_for_nothing() =>
        Assert.Null(Assert.Single(Loaded.Route("match: [{uri: {}, method: {}}]").OnlyRoute().Matches).Uri);

    [Fact]
    public void Headers_are_read_on_the_route_and_on_the_destination()
    {
        var route = Loaded.Route("""
            headers: {request: {set: {':authority': b, x-a: '100%%'}, add: {x-b: c}, remove: [x-c]}, response: {set: {x-d: e}}},
            route: [{destination: {host: a}, headers: {response: {remove: [server]}}}]
            """).OnlyRoute();

        Assert.Equal([new(":authority", "b"), new("x-a", "100%")], route.Headers.Request.Set);
        Assert.Equal([new("x-b", "c")], route.Headers.Request.Add);
        Assert.Equal(["x-c"], route.Headers.Request.Remove);
        Assert.Equal([new("x-d", "e")], route.Headers.Response.Set);
        Assert.Equal(["server"], Assert.Single(route.Destinations).Headers.Response.Remove);
    }

    [Fact]
    public void Answers_are_read()
    {
        Assert.Equal(new HttpRedirect("/b", "b.example.com", "https", 8443, RedirectPort.FromProtocolDefault, 308), Loaded.Route(
            "redirect: {uri: /b, authority: b.example.com, scheme: https, port: 8443, redirectCode: 308}").OnlyRoute().Redirect);
        Assert.Equal(
            new HttpRedirect(null, null, null, null, RedirectPort.FromRequestPort, 301),
            Loaded.Route("redirect: {derivePort: FROM_REQUEST_PORT}").OnlyRoute().Redirect);
        Assert.Equal("héllo", Encoding.UTF8.GetString(
            Loaded.Route("directResponse: {status: 503, body: {string: héllo}}").OnlyRoute().DirectResponse!.Body!.Value.Span));
        Assert.Equal(
            [1, 2], Loaded.Route("directResponse: {status: 200, body: {bytes: AQI=}}").OnlyRoute().DirectResponse!.Body!.Value.ToArray());
        Assert.Null(Loaded.Route("directResponse: {status: 204}").OnlyRoute().DirectResponse!.Body);
    }

    [Fact]
    public void Rewrites_timeouts_and_retries_are_read()
    {
        var route = Loaded.Route("""
            rewrite: {authority: b, uriRegexRewrite: {match: '^/a/(\d+)', rewrite: '/b/\1'}}, timeout: 1m1.5s,
            retries: {attempts: 3, perTryTimeout: 250ms, retryOn: 'gateway-error,409,unavailable', retryIgnorePreviousHosts: false,
              backoff: 10ms}
            """).OnlyRoute();

        Assert.Equal(("b", null, @"/b/\1"), (route.Rewrite!.Authority, route.Rewrite.Uri, route.Rewrite.Regex!.Rewrite));
        Assert.Equal("/a/42", route.Rewrite.Regex.Match.Regex.Match("/a/42/c").Value);
        Assert.Equal(TimeSpan.FromSeconds(61.5), route.Timeout);
        Assert.Equal(
            (3, TimeSpan.FromMilliseconds(250), false, TimeSpan.FromMilliseconds(10)),
            (route.Retries!.Attempts, route.Retries.PerTryTimeout, route.Retries.IgnorePreviousHosts, route.Retries.Backoff));
        Assert.Equal(
            RetryConditions.GatewayError | RetryConditions.GrpcUnavailable | RetryConditions.RetriableStatusCodes, route.Retries.On);
        Assert.Equal([409], route.Retries.StatusCodes);
    }

    [Fact]
    public void Without_retryOn_Istios_default_holds() =>
        Assert.Equal((1, RetryConditions.IstioDefault, true), (Loaded.Route("retries: {attempts: 1}").OnlyRoute().Retries) is { } retries
            ? (retries.Attempts, retries.On, retries.IgnorePreviousHosts)
            : default);

    [Fact]
    public void Faults_are_read()
    {
        var fault = Loaded.Route("fault: {delay: {fixedDelay: 2s, percentage: {value: 0.5}}, abort: {httpStatus: 503, percentage: {value: "
            + "100}}}").OnlyRoute().Fault;
        Assert.Equal(new(new(TimeSpan.FromSeconds(2), 0.5), new(503, 100)), fault);

        Assert.Equal(10, Loaded.Route("fault: {delay: {fixedDelay: 1s, percent: 10}}").OnlyRoute().Fault!.Delay!.Percentage);
        Assert.Equal(0, Loaded.Route("fault: {delay: {fixedDelay: 1s}}").OnlyRoute().Fault!.Delay!.Percentage);
    }

    [Theory]
    [InlineData("mirror: {host: b, subset: v2, port: {number: 80}}", 100)]
    [InlineData("mirror: {host: b, subset: v2, port: {number: 80}}, mirrorPercentage: {value: 12.5}", 12.5)]
    [InlineData("mirror: {host: b, subset: v2, port: {number: 80}}, mirrorPercent: 20", 20)]
    [InlineData("mirror: {host: b, subset: v2, port: {number: 80}}, mirror_percent: 20, mirrorPercentage: {value: 0}", 0)]
    [InlineData("mirrors: [{destination: {host: b, subset: v2, port: {number: 80}}, percentage: {value: 5}}]", 5)]
    [InlineData("mirrors: [{destination: {host: b, subset: v2, port: {number: 80}}}]", 100)]
    public void Mirrors_are_read(string fields, double percentage) =>
        Assert.Equal([new(new("b", "v2", 80), percentage)], Loaded.Route(fields).OnlyRoute().Mirrors);

    [Fact]
    public void Cross_origin_rules_are_read()
    {
        var cors = Loaded.Route("""
            corsPolicy: {allowOrigins: [{exact: 'https://a'}, {prefix: 'https://b'}], allowMethods: [GET, PUT], allowHeaders: ['*'],
              exposeHeaders: [x-a],
              maxAge: 24h, allowCredentials: true, unmatchedPreflights: IGNORE}
            """).OnlyRoute().Cors!;

        Assert.Equal([new StringMatch.Exact("https://a"), new StringMatch.Prefix("https://b")], cors.AllowOrigins);
        Assert.Equal(["GET", "PUT"], cors.AllowMethods);
        Assert.Equal(["*"], cors.AllowHeaders);
        Assert.Equal(["x-a"], cors.ExposeHeaders);
        Assert.Equal((TimeSpan.FromDays(1), true, false), (cors.MaxAge, cors.AllowCredentials, cors.ForwardUnmatchedPreflights));
        Assert.Equal([new StringMatch.Exact("*")], Loaded.Route("corsPolicy: {allowOrigin: ['*']}").OnlyRoute().Cors!.AllowOrigins);
    }

    [Theory]
    [InlineData("match: [{statPrefix: a}]", "spec.http[0].match[0].statPrefix is not carried out by the local mesh")]
    [InlineData("retries: {attempts: 1, retryOn: "
        + "'reset,retriable-headers'}", "spec.http[0].retries.retryOn 'retriable-headers' is not carried out by the local mesh")]
    [InlineData("mirrorPercentage: {value: 5}", "spec.http[0].mirrorPercentage has no effect without mirror")]
    [InlineData("fault: {abort: {percentage: {value: 5}}}", "spec.http[0].fault.abort does nothing")]
    [InlineData("corsPolicy: {allowOrigins: [{exact: a}], allowOrigin: "
        + "[b]}", "spec.http[0].corsPolicy.allowOrigin has no effect beside allowOrigins")]
    public void What_has_no_effect_is_accepted_and_said(string fields, string note)
    {
        var file = Loaded.Route(fields);

        Assert.Empty(file.Problems);
        Assert.StartsWith(note, Assert.Single(file.Notes()), StringComparison.Ordinal);
    }

    // Istio's rules: pkg/config/validation, and the CRD's own.
    [Theory]
    [InlineData("redirect: {uri: /b}, route: [{destination: {host: a}}]", ".route cannot stand beside redirect")]
    [InlineData("redirect: {uri: /b}, fault: {abort: {httpStatus: 500}}", ".fault cannot stand beside redirect")]
    [InlineData("redirect: {uri: /b}, rewrite: {uri: /c}", ".rewrite cannot stand beside redirect")]
    [InlineData("redirect: {uri: /b}, directResponse: {status: 200}", ".directResponse cannot stand beside redirect")]
    [InlineData("directResponse: {status: 200}, rewrite: {uri: /c}", ".rewrite cannot stand beside directResponse")]
    [InlineData("redirect: {}", ".redirect has to have uri, prefixRewrite, authority, scheme or port")]
    [InlineData("redirect: {uri: /b, redirectCode: 200}", ".redirect.redirectCode has to be from 300 to 399")]
    [InlineData("redirect: {uri: /b, redirectCode: 304}", ".redirect.redirectCode 304 is not carried out by the local mesh")]
    [InlineData("redirect: {scheme: ftp}", ".redirect.scheme has to be http or https")]
    [InlineData("redirect: {port: 80, derivePort: FROM_REQUEST_PORT}", ".redirect has to have one of port and derivePort")]
    [InlineData("redirect: {uri: /a, prefixRewrite: /b}", ".redirect.prefixRewrite cannot stand beside uri")]
    [InlineData("match: [{uri: {exact: /a}}], redirect: {prefixRewrite: /b}", ".redirect.prefixRewrite takes the place of a prefix")]
    [InlineData("match: [{uri: {prefix: /a}}, {uri: {regex: /b}}], redirect: {prefixRewrite: /b}", ".redirect.prefixRewrite takes")]
    [InlineData("directResponse: {body: {string: a}}", ".directResponse.status is missing")]
    [InlineData("directResponse: {status: 601}", ".directResponse.status has to be a whole number from 200 to 600")]
    [InlineData("directResponse: {status: 200, body: {string: a, bytes: "
        + "AQ==}}", ".directResponse.body has to have one of string and bytes")]
    [InlineData("directResponse: {status: 200, body: {bytes: '!'}}", ".directResponse.body.bytes has to be base64")]
    [InlineData("rewrite: {}", ".rewrite has to have uri, uriRegexRewrite or authority")]
    [InlineData("rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}", ".rewrite has to have one of uri and uriRegexRewrite")]
    [InlineData("rewrite: {uriRegexRewrite: {match: a}}", ".rewrite.uriRegexRewrite.rewrite is missing")]
    [InlineData(
        @"rewrite: {uriRegexRewrite: {match: 'a(b)', rewrite: '\2'}}", ".rewrite.uriRegexRewrite.rewrite is not carried out by")]
    [InlineData("rewrite: {authority: b}, headers: {request: {set: {host: c}}}", ".headers sets the authority more than once")]
    [InlineData("timeout: 0s", ".timeout has to be a duration of whole milliseconds")]
    [InlineData("timeout: 1us", ".timeout has to be a duration of whole milliseconds")]
    [InlineData("timeout: 1.0005s", ".timeout has to be a duration of whole milliseconds")]
    [InlineData("timeout: soon", ".timeout has to be a duration")]
    [InlineData("timeout: 5", ".timeout has to be a duration")]
    [InlineData("retries: {attempts: -1}", ".retries.attempts has to be a whole number from 0")]
    [InlineData("retries: {perTryTimeout: 2s}", ".retries.attempts has to be at least 1")]
    [InlineData("retries: {attempts: 0, retryOn: 5xx}", ".retries.attempts has to be at least 1")]
    [InlineData("retries: {attempts: 1, perTryTimeout: 0s}", ".retries.perTryTimeout has to be a duration")]
    [InlineData("retries: {attempts: 1, retryOn: 'reset, 5xx'}", ".retries.retryOn ' 5xx' is nothing that Envoy tries again")]
    [InlineData("retries: {attempts: 1, retryOn: '599'}", ".retries.retryOn '599' is nothing that Envoy tries again")]
    [InlineData("fault: {delay: {exponentialDelay: 1s}}", ".fault.delay.exponentialDelay is not supported by Istio")]
    [InlineData("fault: {delay: {fixedDelay: 1s, percentage: {value: "
        + "101}}}", ".fault.delay.percentage.value has to be a number from 0 to 100")]
    [InlineData("fault: {delay: {fixedDelay: 1s, percentage: {value: 0.00001}}}", ".fault.delay.percentage has to be 0 or at least 0.0001")]
    [InlineData("fault: {abort: {httpStatus: 500, percent: 5}}", ".fault.abort.percent is not a field that Istio knows")]
    [InlineData("fault: {abort: {httpStatus: 100}}", ".fault.abort.httpStatus has to be a whole number from 200 to 600")]
    [InlineData("fault: {abort: {grpcStatus: not_found}}", ".fault.abort.grpcStatus has to be one of OK, CANCELLED")]
    [InlineData("fault: {abort: {http2Error: a}}", ".fault.abort.http2Error is not supported by Istio")]
    [InlineData("fault: {abort: {httpStatus: 500, grpcStatus: NOT_FOUND}}", ".fault.abort has to have one of")]
    [InlineData("mirror: {host: b}, mirrors: [{destination: {host: c}}]", ".mirrors cannot stand beside mirror")]
    [InlineData("mirrors: [{percentage: {value: 5}}]", ".mirrors[0].destination is missing")]
    [InlineData("mirror: {host: b}, mirrorPercent: 101", ".mirrorPercent has to be a whole number from 0 to 100")]
    [InlineData("mirror: {host: b}, mirrorPercentage: {value: .nan}", ".mirrorPercentage.value has to be a number")]
    [InlineData("corsPolicy: {allowOrigins: [{}]}", ".corsPolicy.allowOrigins[0] has to have one of exact, prefix and regex")]
    [InlineData("corsPolicy: {allowOrigins: [{exact: ''}]}", ".corsPolicy.allowOrigins[0].exact must not be empty")]
    [InlineData("corsPolicy: {allowMethods: [get]}", ".corsPolicy.allowMethods[0] 'get' is no HTTP method")]
    [InlineData("corsPolicy: {allowHeaders: ['a b']}", ".corsPolicy.allowHeaders[0] 'a b' is no header name")]
    [InlineData("corsPolicy: {maxAge: 1.5s}", ".corsPolicy.maxAge has to be a duration of whole seconds")]
    [InlineData("corsPolicy: {unmatchedPreflights: DROP}", ".corsPolicy.unmatchedPreflights has to be one of UNSPECIFIED, FORWARD, IGNORE")]
    [InlineData("headers: {request: {remove: [Host]}}", ".headers.request.remove[0] must not be the Host header")]
    [InlineData("headers: {response: {set: {host: a}}}", ".headers.response.set.host must not be the Host header")]
    [InlineData("headers: {request: {set: {':path': a}}}", ".headers.request.set.:path must not begin with ':'")]
    [InlineData("headers: {request: {set: {'a b': a}}}", ".headers.request.set.a b 'a b' is not carried out by the local mesh")]
    [InlineData("headers: {request: {set: {a: '10%'}}}", ".headers.request.set.a is no header value: a '%' has to be written as '%%'")]
    [InlineData("headers: {request: {set: {a: '%HOSTNAME%'}}}", ".headers.request.set.a %HOSTNAME% is not carried out by the local mesh")]
    [InlineData("headers: {request: {set: {a: \"a\\nb\"}}}", ".headers.request.set.a is no header value: it has a control character")]
    [InlineData("match: [{headers: {x-a: {prefix: ''}}}]", ".match[0].headers.x-a.prefix must not be empty")]
    [InlineData("match: [{headers: {x-a: {regex: '*'}}}]", ".match[0].headers.x-a.regex is no regular expression")]
    [InlineData("match: [{headers: {x-a: null}}]", ".match[0].headers.x-a has to be a mapping")]
    [InlineData("match: [{headers: {'x a': {exact: b}}}]", ".match[0].headers.x a 'x a' is no header name")]
    [InlineData("match: [{headers: {'@request.auth.claims.sub': {exact: "
        + "b}}}]", ".match[0].headers.@request.auth.claims.sub is not carried out by the local mesh")]
    [InlineData("match: [{queryParams: {q: {prefix: ''}}}]", ".match[0].queryParams.q.prefix must not be empty")]
    [InlineData("match: [{port: 70000}]", ".match[0].port has to be a whole number from 0 to 65535")]
    [InlineData("match: [{sourceLabels: {'a b': c}}]", ".match[0].sourceLabels.a b 'a b' is no label's name")]
    [InlineData("match: [{sourceNamespace: a.b}]", ".match[0].sourceNamespace 'a.b' is no namespace's name")]
    [InlineData("match: [{gateways: [a/b/c]}]", ".match[0].gateways[0] 'a/b/c' is no gateway's name")]
    [InlineData("route: [{destination: {host: a, subset: v.1}}]", ".route[0].destination.subset 'v.1' is no subset's name")]
    [InlineData("route: [{destination: {host: a, port: {}}}]", ".route[0].destination.port.number is missing")]
    [InlineData("route: [{destination: {host: a}, weight: 0}, {destination: {host: b}}]", ".route has weights that add up to 0")]
    [InlineData("route: [{destination: {host: a}, weight: 010}]", ".route[0].weight has to be a whole number")]
    [InlineData("delegate: {name: b}, route: [{destination: {host: a}}]", ".route cannot stand beside delegate")]
    [InlineData("delegate: {name: b}, redirect: {uri: /b}", ".redirect cannot stand beside delegate")]
    public void What_Istio_rejects_or_the_local_mesh_cannot_do_is_refused_by_name(string fields, string message) =>
        Loaded.Route(fields).IsRefused($"spec.http[0]{message}");

    [Theory]
    [InlineData("gateways: [mesh], http: [{route: [{destination: {host: a}}]}]", "spec.gateways cannot stand in a VirtualService without")]
    [InlineData("http: [{delegate: {name: b}}]", "spec.http[0].delegate cannot stand in a VirtualService without hosts")]
    [InlineData("hosts: [a]", "spec.http has to have at least one route")]
    [InlineData("hosts: [a], tcp: [{route: [{destination: {host: a}}]}]", "spec.tcp is not carried out by the local mesh")]
    [InlineData("hosts: [a], tls: [{match: [{sniHosts: [a]}]}]", "spec.tls is not carried out by the local mesh")]
    [InlineData("hosts: [a, a], http: [{route: [{destination: {host: a}}]}]", "spec.hosts has the same host twice")]
    [InlineData("hosts: ['*.b.c', a.b.c], http: [{route: [{destination: {host: a}}]}]", "spec.hosts 'a.b.c' is covered by '*.b.c'")]
    [InlineData("hosts: ['*'], http: [{route: [{destination: {host: a}}]}]", "spec.hosts[0] '*' is only for gateways")]
    [InlineData("hosts: ['*'], gateways: [front, mesh], http: [{route: [{destination: {host: "
        + "a}}]}]", "spec.hosts[0] '*' is only for gateways")]
    [InlineData("hosts: [a], gateways: ['/front'], http: [{route: [{destination: {host: "
        + "a}}]}]", "spec.gateways[0] '/front' is no gateway's name")]
    [InlineData("hosts: [a], exportTo: ['*', b], http: [{route: [{destination: {host: "
        + "a}}]}]", "spec.exportTo has to have '*' or '~' alone")]
    public void So_is_what_is_wrong_with_the_whole(string spec, string message) => Loaded.VirtualService(spec).IsRefused(message);

    [Fact]
    public void Who_may_see_it_has_its_own_namespace_by_name() =>
        Assert.Equal(
            ["messageboard", "other"],
            Loaded.VirtualService("hosts: [a], exportTo: [., other], http: [{route: [{destination: {host: a}}]}]")
                .Only<VirtualService>().ExportTo);

    [Fact]
    public void A_host_may_stand_for_all_at_a_gateway() =>
        Assert.Equal(["messageboard/front"], Loaded.VirtualService(
            "hosts: ['*'], gateways: [front], http: [{route: [{destination: {host: a}}]}]").Only<VirtualService>().Gateways);
}
