namespace MessageBoard.Mesh.Tests.Loading;

public class DestinationRuleTests
{
    [Fact]
    public void Policies_of_the_host_of_ports_and_of_subsets_are_read()
    {
        var rule = Loaded.Rule("""
            trafficPolicy: {loadBalancer: {simple: RANDOM}, portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: ROUND_ROBIN}},
              {port: {number: 80}, loadBalancer: {simple: RANDOM}}]},
            subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {loadBalancer: {simple: LEAST_CONN}}}, {name: v2}]
            """).Only<DestinationRule>();

        Assert.Equal(LoadBalancingAlgorithm.Random, rule.TrafficPolicy!.LoadBalancer!.Algorithm);
        Assert.Equal(LoadBalancingAlgorithm.RoundRobin, Assert.Single(rule.TrafficPolicy.Ports).Value.LoadBalancer!.Algorithm);
        Assert.Equal("v1", rule.Subsets[0].Labels["version"]);
        Assert.Equal(LoadBalancingAlgorithm.LeastRequest, rule.Subsets[0].TrafficPolicy!.LoadBalancer!.Algorithm);
        Assert.Null(rule.Subsets[1].TrafficPolicy);
    }

    public static TheoryData<string, ConsistentHash> Hashes => new()
    {
        { "httpHeaderName: x-user", new(HashKey.Header, "x-user", null, null) },
        { "httpQueryParameterName: user, ringHash: {minimumRingSize: 64}", new(HashKey.QueryParameter, "user", null, null, 64) },
        { "useSourceIp: true, maglev: {tableSize: 65537}", new(HashKey.SourceIp, null, null, null, 1024, 65537) },
        { "httpCookie: {name: user, path: /, ttl: 0s}, minimumRingSize: 10", new(HashKey.Cookie, "user", "/", TimeSpan.Zero, 10) },
        { "httpCookie: {name: user}", new(HashKey.Cookie, "user", null, null) },
        {
            "httpCookie: {name: user, ttl: 1h, attributes: [{name: SameSite, value: Strict}, {name: Secure}]}",
            new(HashKey.Cookie, "user", null, TimeSpan.FromHours(1)) { CookieAttributes = "; SameSite=Strict; Secure" }
        },
    };

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Consistent_hashes_are_read(string fields, ConsistentHash hash) =>
        Assert.Equal(hash, Loaded.Policy($"loadBalancer: {{consistentHash: {{{fields}}}}}").OnlyPolicy().LoadBalancer!.ConsistentHash);

    [Fact]
    public void Localities_are_read()
    {
        var locality = Loaded.Policy("loadBalancer: {localityLbSetting: {enabled: false, distribute: [{from: ctx1/*, to: {ctx1/a: 80, "
            + "ctx2: 20}}]}}").OnlyPolicy().LoadBalancer!.Locality!;
        Assert.False(locality.Enabled);
        Assert.Equal("ctx1/*", Assert.Single(locality.Distribute).From);
        Assert.Equal([new("ctx1/a", 80), new("ctx2", 20)], locality.Distribute[0].To);

        locality = Loaded.Policy("loadBalancer: {localityLbSetting: {failover: [{from: ctx1, to: ctx2}], failoverPriority: "
            + "[rack]}}").OnlyPolicy().LoadBalancer!.Locality!;
        Assert.True(locality.Enabled);
        Assert.Equal([new("ctx1", "ctx2")], locality.Failover);
        Assert.Equal(["rack"], locality.FailoverPriority);
    }

    [Fact]
    public void Outlier_detection_is_read_with_Istios_defaults()
    {
        Assert.Equal(new OutlierDetection(), Loaded.Policy("outlierDetection: {maxEjectionPercent: 0}").OnlyPolicy().OutlierDetection);
        Assert.Equal(
            new OutlierDetection
            {
                Consecutive5xxErrors = 0,
                ConsecutiveGatewayErrors = 3,
                SplitExternalLocalOriginErrors = true,
                ConsecutiveLocalOriginFailures = 2,
                Interval = TimeSpan.FromSeconds(1),
                BaseEjectionTime = TimeSpan.FromMinutes(3),
                MaxEjectionPercent = 100,
                MinHealthPercent = 50,
            },
            Loaded.Policy("""
                outlierDetection: {consecutive5xxErrors: 0, consecutiveGatewayErrors: 3, splitExternalLocalOriginErrors: true,
                  consecutiveLocalOriginFailures: 2,
                  interval: 1s, baseEjectionTime: 3m, maxEjectionPercent: 100, minHealthPercent: 50}
                """).OnlyPolicy().OutlierDetection);
    }

    [Fact]
    public void Connection_pools_are_read() => Assert.Equal(
        new ConnectionPool
        {
            MaxConnections = 1,
            ConnectTimeout = TimeSpan.FromMilliseconds(
            30),
            Http1MaxPendingRequests = 2,
            Http2MaxRequests = 3,
            MaxRetries = 4,
            IdleTimeout = TimeSpan.FromHours(1)
        },
        Loaded.Policy("connectionPool: {tcp: {maxConnections: 1, connectTimeout: 30ms}, http: {http1MaxPendingRequests: 2, "
            + "http2MaxRequests: 3, maxRetries: 4, idleTimeout: 1h}}").OnlyPolicy().ConnectionPool);

    [Theory]
    [InlineData("tcp: {idleTimeout: 5s}", 5000)]
    [InlineData("tcp: {idleTimeout: 0s}", 0)]
    [InlineData("tcp: {idleTimeout: 0s}, http: {idleTimeout: 7s}", 7000)]
    [InlineData("http: {idleTimeout: 7s}, tcp: {idleTimeout: 5s}", 7000)]
    public void The_idle_timeout_of_http_comes_before_that_of_tcp(string pool, int milliseconds) => Assert.Equal(
        TimeSpan.FromMilliseconds(milliseconds), Loaded.Policy($"connectionPool: {{{pool}}}").OnlyPolicy().ConnectionPool!.IdleTimeout);

    [Fact]
    public void A_connections_life_is_read()
    {
        var pool = Loaded.Policy("connectionPool: {tcp: {maxConnectionDuration: 5s}, http: {maxRequestsPerConnection: 1}}")
            .OnlyPolicy().ConnectionPool!;

        Assert.Equal((TimeSpan.FromSeconds(5), true), (pool.MaxConnectionDuration!.Value, pool.IsForOneRequest));
    }

    [Theory]
    [InlineData("h2UpgradePolicy: UPGRADE", true)]
    [InlineData("h2UpgradePolicy: DO_NOT_UPGRADE", false)]
    [InlineData("h2UpgradePolicy: DEFAULT", null)]
    [InlineData("maxRetries: 1", null)]
    [InlineData("useClientProtocol: true", false)]
    public void An_upgrade_to_HTTP_2_is_read(string http, bool? expected) =>
        Assert.Equal(expected, Loaded.Policy($"connectionPool: {{http: {{{http}}}}}").OnlyPolicy().ConnectionPool!.H2Upgrade);

    [Fact]
    public void Zero_is_no_limit() =>
        Assert.Equal(new(), Loaded.Policy("connectionPool: {http: {http1MaxPendingRequests: 0}}").OnlyPolicy().ConnectionPool);

    [Theory]
    [InlineData("tls: {mode: ISTIO_MUTUAL}", "spec.trafficPolicy.tls is not carried out")]
    [InlineData("tls: {mode: DISABLE}", "spec.trafficPolicy.tls is not carried out")]
    [InlineData("tls: {mode: SIMPLE, sni: a.b}", "spec.trafficPolicy.tls.sni without subjectAltNames lets any name stand")]
    [InlineData("tls: {mode: SIMPLE, privateKey: /a}", "spec.trafficPolicy.tls.privateKey has no effect with mode SIMPLE")]
    [InlineData("outlierDetection: {consecutiveErrors: "
        + "7}", "spec.trafficPolicy.outlierDetection.consecutiveErrors has no effect, in Istio neither")]
    [InlineData("connectionPool: {tcp: {tcpKeepalive: {time: 1h, interval: 1m, probes: "
        + "3}}}", "spec.trafficPolicy.connectionPool.tcp.tcpKeepalive is not carried out")]
    [InlineData("connectionPool: {http: {maxRequestsPerConnection: "
        + "2}}", "spec.trafficPolicy.connectionPool.http.maxRequestsPerConnection has no effect in the local mesh unless it is 1")]
    public void What_has_no_effect_is_accepted_and_said(string fields, string note)
    {
        var file = Loaded.Policy(fields);

        Assert.Empty(file.Problems);
        Assert.StartsWith(note, Assert.Single(file.Notes()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loadBalancer: {simple: PASSTHROUGH}", ".loadBalancer.simple PASSTHROUGH is not carried out by the local mesh")]
    [InlineData("loadBalancer: {simple: FASTEST}", ".loadBalancer.simple has to be one of")]
    [InlineData("loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: "
        + "true}}", ".loadBalancer has to have one of simple, consistentHash")]
    [InlineData("loadBalancer: {consistentHash: {}}", ".loadBalancer.consistentHash without a key is not carried out")]
    [InlineData("loadBalancer: {consistentHash: {useSourceIp: true, httpHeaderName: "
        + "a}}", ".loadBalancer.consistentHash has to have one of")]
    [InlineData(
        "loadBalancer: {consistentHash: {httpCookie: {name: a, ttl: 1s, attributes: [{name: b}, {name: b}]}}}",
        ".loadBalancer.consistentHash.httpCookie.attributes[1].name 'b' is given twice")]
    [InlineData(
        "loadBalancer: {consistentHash: {httpCookie: {name: a, ttl: 1s, attributes: [{value: b}]}}}",
        ".loadBalancer.consistentHash.httpCookie.attributes[0].name is missing")]
    [InlineData(
        "loadBalancer: {consistentHash: {httpCookie: {name: a, ttl: 1s, attributes: [{name: b, value: \"c\\r\\nSet-Cookie: d\"}]}}}",
        ".loadBalancer.consistentHash.httpCookie.attributes[0].value has to be of printable ASCII")]
    [InlineData("loadBalancer: {warmup: {aggression: 1}}", ".loadBalancer.warmup.duration is missing")]
    [InlineData("loadBalancer: {warmup: {duration: 0s}}", ".loadBalancer.warmup.duration has to be ")]
    [InlineData("loadBalancer: {warmup: {duration: 1s, aggression: 0}}", ".loadBalancer.warmup.aggression has to be greater than 0")]
    [InlineData("loadBalancer: {warmup: {duration: 1s, minimumPercent: 101}}", ".loadBalancer.warmup.minimumPercent has to be a number")]
    [InlineData("loadBalancer: {warmupDurationSecs: 1us}", ".loadBalancer.warmupDurationSecs has to be ")]
    [InlineData("loadBalancer: {consistentHash: {httpCookie: {ttl: 1s}}}", ".loadBalancer.consistentHash.httpCookie.name is missing")]
    [InlineData("loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: "
        + "10}}}", ".loadBalancer.consistentHash.maglev.tableSize has to be a prime number")]
    [InlineData("loadBalancer: {consistentHash: {useSourceIp: true, maglev: "
        + "{}}}", ".loadBalancer.consistentHash.maglev.tableSize is missing")]
    [InlineData("loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 7}, ringHash: "
        + "{}}}", ".loadBalancer.consistentHash has to have one of ringHash and maglev")]
    [InlineData("loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: "
        + "90}}]}}", ".loadBalancer.localityLbSetting.distribute[0].to has shares that add up to 90")]
    [InlineData("loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 100, b: "
        + "0}}]}}", ".loadBalancer.localityLbSetting.distribute[0].to.b has to be a whole number from 1 to 100")]
    [InlineData("loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 50, a/b: "
        + "50}}]}}", ".loadBalancer.localityLbSetting.distribute[0].to 'a/b' overlaps")]
    [InlineData("loadBalancer: {localityLbSetting: {distribute: [{from: '*/a', to: {a: "
        + "100}}]}}", ".loadBalancer.localityLbSetting.distribute from: '*/a' may have one '*'")]
    [InlineData("loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 100}}], failover: [{from: a, to: "
        + "b}]}}", ".loadBalancer.localityLbSetting has to have one of distribute and failover")]
    [InlineData("loadBalancer: {localityLbSetting: {failover: [{from: a, to: "
        + "a}]}}", ".loadBalancer.localityLbSetting.failover[0].to has to be another region")]
    [InlineData("loadBalancer: {localityLbSetting: {failover: [{from: a/b, to: "
        + "c}]}}", ".loadBalancer.localityLbSetting.failover[0].from 'a/b' has to be a region")]
    [InlineData("outlierDetection: {maxEjectionPercent: "
        + "101}", ".outlierDetection.maxEjectionPercent has to be a whole number from 0 to 100")]
    [InlineData("outlierDetection: {interval: 1}", ".outlierDetection.interval has to be a duration")]
    [InlineData("outlierDetection: {consecutiveLocalOriginFailures: "
        + "1}", ".outlierDetection.consecutiveLocalOriginFailures has to have splitExternalLocalOriginErrors")]
    [InlineData("outlierDetection: {outlierDetectionHttpErrorCodes: "
        + "[500, 600]}", ".outlierDetection.outlierDetectionHttpErrorCodes[1] has to be a whole number from 100 to 599")]
    [InlineData("connectionPool: {}", ".connectionPool has to have tcp or http")]
    [InlineData("connectionPool: {tcp: {maxConnections: -1}}", ".connectionPool.tcp.maxConnections has to be a whole number")]
    [InlineData("connectionPool: {http: {useClientProtocol: true, h2UpgradePolicy: "
        + "UPGRADE}}", ".connectionPool.http.useClientProtocol cannot be true")]
    [InlineData("portLevelSettings: [{loadBalancer: {simple: RANDOM}}]", ".portLevelSettings[0].port is missing")]
    [InlineData("portLevelSettings: [{port: {number: 80}}]", ".portLevelSettings[0] has to have at least one of")]
    [InlineData("portLevelSettings: [{port: {number: 80}, tunnel: "
        + "{}}]", ".portLevelSettings[0].tunnel is not a field that Istio knows here")]
    [InlineData("tls: {mode: SIMPLE, credentialName: a}", ".tls.credentialName is not carried out by the local mesh")]
    [InlineData("tls: {mode: SIMPLE, credentialName: a, caCertificates: /a}", ".tls.credentialName must not stand beside certificates")]
    [InlineData("tls: {mode: SIMPLE, caCrl: /a}", ".tls.caCrl is not carried out by the local mesh")]
    [InlineData("tls: {mode: SIMPLE, insecureSkipVerify: true, caCertificates: /a}", ".tls.insecureSkipVerify must not stand beside")]
    [InlineData("tls: {mode: MUTUAL, insecureSkipVerify: true, clientCertificate: /a, privateKey: /b, subjectAltNames: [a]}",
        ".tls.insecureSkipVerify must not stand beside")]
    [InlineData("tls: {mode: MUTUAL, privateKey: /a}", ".tls.clientCertificate is missing")]
    [InlineData("tls: {mode: MUTUAL, clientCertificate: /a}", ".tls.privateKey is missing")]
    [InlineData("tunnel: {targetHost: a, targetPort: 80}", ".tunnel is not carried out by the local mesh")]
    [InlineData("proxyProtocol: {version: V1}", ".proxyProtocol is not carried out by the local mesh")]
    [InlineData("retryBudget: {percent: 20}", ".retryBudget is not carried out by the local mesh")]
    public void What_Istio_rejects_or_the_local_mesh_cannot_do_is_refused_by_name(string fields, string message) =>
        Loaded.Policy(fields).IsRefused($"spec.trafficPolicy{message}");

    [Theory]
    [InlineData("workloadSelector: {matchLabels: {a: b}}, exportTo: ['*']", "spec.exportTo has to be '.' alone beside workloadSelector")]
    [InlineData("subsets: [{name: v.1}]", "spec.subsets[0].name 'v.1' is no subset's name")]
    [InlineData("subsets: [{labels: {a: b}}]", "spec.subsets[0].name is missing")]
    [InlineData("subsets: [{name: v1, labels: {a: b c}}]", "spec.subsets[0].labels.a 'b c' is no label's value")]
    [InlineData("subsets: [{name: v1, trafficPolicy: {}}]", "spec.subsets[0].trafficPolicy has to have at least one field")]
    [InlineData("subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: "
        + "PASSTHROUGH}}}]", "spec.subsets[0].trafficPolicy.loadBalancer.simple PASSTHROUGH is not carried out")]
    [InlineData("exportTo: [., messageboard]", "spec.exportTo[1] 'messageboard' is here for the second time")]
    public void So_is_what_is_wrong_with_the_whole(string spec, string message) => Loaded.Rule(spec).IsRefused(message);
}
