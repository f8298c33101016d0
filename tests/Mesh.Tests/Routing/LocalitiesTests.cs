using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Tests.Loading;

namespace MessageBoard.Mesh.Tests.Routing;

/// <summary>
/// Each branch of Istio's pilot/pkg/networking/core/loadbalancer/loadbalancer.go: who comes first, and with which weight. An endpoint is
/// <c>locality;label=value;…</c>; what comes out is <c>priority:weight:numbers of endpoints</c> for each group.
/// </summary>
public class LocalitiesTests
{
    private const string Caller = "r1/z1/s1;tier=gold;topology.istio.io/network=n1";

    // applyLocalityFailover and LbPriority.
    [Theory]
    [InlineData("", "0:1:0,1,2,3,4")]
    [InlineData("localityLbSetting: {enabled: true}", "0:1:0 1:1:1 2:1:2 3:1:3,4")]
    [InlineData("localityLbSetting: {enabled: false}", "0:1:0,1,2,3,4")]
    [InlineData("localityLbSetting: {enabled: false, failover: [{from: r1, to: r3}]}", "0:1:0,1,2,3,4")]
    [InlineData("localityLbSetting: {failover: [{from: r1, to: r3}]}", "0:1:0 1:1:1 2:1:2 3:1:4 4:1:3")]
    [InlineData("localityLbSetting: {failover: [{from: r1, to: r3}, {from: r1, to: r2}]}", "0:1:0 1:1:1 2:1:2 3:1:4 4:1:3")]
    [InlineData("localityLbSetting: {failover: [{from: r2, to: r3}]}", "0:1:0 1:1:1 2:1:2 3:1:3 3:1:4")]
    [InlineData("localityLbSetting: {failover: [{from: r1, to: r9}]}", "0:1:0 1:1:1 2:1:2 3:1:3 3:1:4")]
    public void Near_endpoints_come_first(string setting, string expected) =>
        Assert.Equal(expected, Groups(setting, setting.Length > 0, Caller, "r1/z1/s1", "r1/z1/s2", "r1/z2/s1", "r2/z1/s1", "r3"));

    [Theory]
    [InlineData("failover: [{from: r1, to: r2}]")]
    [InlineData("failoverPriority: [tier]")]
    public void Without_outlier_detection_nothing_is_far(string setting) =>
        Assert.Equal("0:1:0,1", Groups($"localityLbSetting: {{{setting}}}", false, Caller, "r1/z1/s1;tier=gold", "r2"));

    [Theory]
    [InlineData("", "0:1:1 1:1:0")] // a region that nobody has said is the empty one
    [InlineData("r9", "0:1:0,1")] // priorities begin at 0
    public void A_caller_from_elsewhere_has_no_zone(string caller, string expected) =>
        Assert.Equal(expected, Groups("simple: RANDOM", true, caller, "r1/z1", ""));

    // applyFailoverPriorityPerLocality and priorityLabelOverrides.
    [Theory]
    [InlineData("[tier]", ";tier=gold ;tier=iron ;", "0:1:0 1:2:1,2")]
    [InlineData("[nobodyhas, tier]", ";tier=gold ;tier=iron", "0:1:0 1:1:1")]
    [InlineData("[nobodyhas, tier]", ";tier=gold;nobodyhas=a ;tier=iron", "0:1:1 1:1:0")]
    [InlineData("[tier, rack]", ";tier=gold;rack=1 ;tier=gold ;rack=1 ;", "0:1:1 1:1:0 2:2:2,3")]
    [InlineData("[tier=iron]", ";tier=gold ;tier=iron", "0:1:1 1:1:0")]
    [InlineData("['tier=']", ";tier=gold ;", "0:1:1 1:1:0")]
    [InlineData("[tier=iron, tier=gold]", ";tier=gold ;tier=iron", "0:1:0 1:1:1")] // the last value holds for both
    [InlineData("['tier=a=b']", ";tier=gold ;tier=a", "0:1:0 1:1:1")] // no value, but the caller's
    [InlineData("[topology.kubernetes.io/region, topology.kubernetes.io/zone]", "r1/z1 r1/z2 r2/z1", "0:1:0 1:1:1 2:1:2")]
    [InlineData("[topology.istio.io/subzone]", "r1/z1/s1 r2/z2/s1 r1/z1/s2", "0:1:0 0:1:1 1:1:2")]
    [InlineData("[topology.istio.io/cluster]", "r1 r2", "0:1:0 1:1:1")]
    [InlineData(
        "[topology.istio.io/network, tier]",
        ";topology.istio.io/network=n1;tier=iron ;topology.istio.io/network=n2;tier=gold ;topology.istio.io/network=n2 "
            + ";topology.istio.io/network=n1;tier=gold",
        "0:1:3 1:1:0 2:1:1 3:1:2")] // the own network first, each of them sorted by the rest
    [InlineData(
        "[tier, topology.istio.io/network]", ";tier=gold;topology.istio.io/network=n2 ;topology.istio.io/network=n1", "0:1:0 1:1:1")]
    public void Failover_priority_compares_labels(string priority, string endpoints, string expected) => Assert.Equal(
        expected, Groups($"localityLbSetting: {{failoverPriority: {priority}}}", true, Caller, endpoints.Split(' ')));

    [Fact]
    public void Failover_orders_regions_within_each_priority() => Assert.Equal(
        "0:1:0 1:1:5 2:1:4 3:1:2 4:1:1 5:1:3",
        Groups(
            "localityLbSetting: {failoverPriority: [tier], failover: [{from: r1, to: r3}]}", true, Caller,
            "r1/z1/s1;tier=gold", "r3", "r1/z1/s1", "r2", "r2;tier=gold", "r3;tier=gold"));

    // applyLocalityWeights and LocalityMatch.
    [Theory]
    [InlineData("{from: r1, to: {r1: 80, r2: 20}}", "0:80:0 0:20:1")]
    [InlineData("{from: r1/z1/*, to: {'r1/z1/*': 70, 'r3/*': 30}}", "0:70:0 0:30:2")]
    [InlineData("{from: r1/z9, to: {r2: 100}}, {from: '*', to: {r3: 100}}", "0:100:2")]
    [InlineData("{from: r1, to: {'*': 100}}", "0:34:0 0:34:1 0:34:2")] // a third each, and Envoy's weights are whole
    [InlineData("{from: r1, to: {r1: 30, r9: 70}}", "0:30:0")]
    [InlineData("{from: r9, to: {r2: 100}}", "0:1:0 0:1:1 0:1:2")]
    [InlineData("{from: r1, to: {r9: 100}}", "")]
    public void Distribute_gives_shares_with_outlier_detection_and_without(string distribute, string expected)
    {
        var setting = $"localityLbSetting: {{distribute: [{distribute}], failoverPriority: [tier]}}";

        Assert.Equal(expected, Groups(setting, true, Caller, "r1/z1/s1", "r2", "r3/z"));
        Assert.Equal(expected, Groups(setting, false, Caller, "r1/z1/s1", "r2", "r3/z"));
    }

    [Fact]
    public void A_share_of_several_localities_goes_by_their_number_of_endpoints() => Assert.Equal(
        "0:60:0,1,2 0:20:3 0:20:4", Groups("localityLbSetting: {distribute: [{from: r1, to: {r1: 80, r2: 20}}]}", false, Caller,
            "r1/a", "r1/a", "r1/a", "r1/b", "r2"));

    [Fact]
    public void It_goes_by_their_weights_where_they_have_some() => Assert.Equal(
        "0:60:0 0:20:1 0:20:2", Groups("localityLbSetting: {distribute: [{from: r1, to: {r1: 80, r2: 20}}]}", false, Caller,
            "r1/a;weight=3", "r1/b", "r2;weight=7"));

    // applyZoneAwareRegionalFailover: there without outlier detection, too.
    [Theory]
    [InlineData("enabled: true", "0:1:0,1 1:1:2,3")]
    [InlineData("minClusterSize: 3", "0:1:0,1 1:1:2,3")]
    [InlineData("failover: [{from: r1, to: r3}]", "0:1:0,1 1:1:3 2:1:2")]
    [InlineData("failover: [{from: r2, to: r3}]", "0:1:0,1 1:1:2,3")]
    [InlineData("failoverPriority: [tier]", "0:1:2 1:1:0,1 2:1:3")]
    [InlineData("enabled: false, failover: [{from: r1, to: r3}]", "0:1:0,1,2,3")]
    public void Zone_aware_means_the_own_region_first(string setting, string expected)
    {
        setting = $"zoneAwareLbSetting: {{{setting}}}";

        Assert.Equal(expected, Groups(setting, true, Caller, "r1/z1/s1", "r1/z2", "r2;tier=gold", "r3"));
        Assert.Equal(expected, Groups(setting, false, Caller, "r1/z1/s1", "r1/z2", "r2;tier=gold", "r3"));
    }

    [Theory]
    [InlineData(
        "localityLbSetting: {distribute: [{from: a, to: {a: 100}}], failoverPriority: [b]}", "failoverPriority has no effect beside")]
    [InlineData("localityLbSetting: {failover: [{from: a, to: b}]}", "failover has no effect without an outlierDetection")]
    [InlineData("localityLbSetting: {failoverPriority: [a]}", "failoverPriority has no effect without an outlierDetection")]
    [InlineData("localityLbSetting: {enabled: false, failoverPriority: [a]}", "failoverPriority has no effect with enabled: false")]
    [InlineData("zoneAwareLbSetting: {failover: [{from: a, to: b}]}", "failover has no effect without an outlierDetection")]
    public void What_has_no_effect_is_said(string setting, string note) => Assert.Contains(
        Loaded.Policy($"loadBalancer: {{{setting}}}").Notes(), told => told.Contains(note, StringComparison.Ordinal));

    [Theory]
    [InlineData("localityLbSetting: {}, zoneAwareLbSetting: {}", " has to have one of localityLbSetting and zoneAwareLbSetting")]
    [InlineData(
        "zoneAwareLbSetting: {failoverPriority: [topology.kubernetes.io/zone]}",
        ".zoneAwareLbSetting.failoverPriority[0] 'topology.kubernetes.io/zone' is looked at anyway")]
    [InlineData(
        "zoneAwareLbSetting: {failover: [{from: a, to: a}]}", ".zoneAwareLbSetting.failover[0].to has to be another region than from")]
    [InlineData("zoneAwareLbSetting: {failover: [{from: a/b, to: a}]}", ".zoneAwareLbSetting.failover[0].from 'a/b' has to be a region")]
    [InlineData(
        "localityLbSetting: {failover: [{from: a, to: b}], failoverPriority: [topology.istio.io/subzone]}",
        ".localityLbSetting.failoverPriority cannot have topology.istio.io/subzone beside failover")]
    public void What_cannot_stand_together_is_refused(string setting, string message) =>
        Loaded.Policy($"loadBalancer: {{{setting}}}").IsRefused($"spec.trafficPolicy.loadBalancer{message}");

    private static string Groups(string balancer, bool hasOutliers, string caller, params string[] endpoints)
    {
        var policy = "connectionPool: {tcp: {}}" + (balancer.Length > 0 ? $", loadBalancer: {{{balancer}}}" : "")
            + (hasOutliers ? ", outlierDetection: {}" : "");
        var rule = $$"""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: a}
            spec: {host: user-service, trafficPolicy: { {{policy}} } }
            """;
        var file = ResourceFile.Read("a.yaml", Yaml.Join(
            [rule, Yaml.Routes("- route: [{destination: {host: user-service}}]"), Yaml.Service("user-service"),
                .. endpoints.Select(Workload)]));
        Assert.Empty(file.Problems);

        var (locality, labels) = Parts(caller);
        var routes = MeshSnapshot.Create(file.Resources, [], new() { Locality = locality, Labels = labels }).Routes;
        var upstream = routes.Decide(new Request("user-service"), new Random(1)).Upstream!;
        return string.Join(' ', upstream.Groups.Select(group =>
            FormattableString.Invariant($"{group.Priority}:{group.Weight}:")
                + string.Join(',', group.Endpoints.Select(endpoint => endpoint.Workload.Key.Name[1..]))));
    }

    private static string Workload(string endpoint, int number)
    {
        var (locality, labels) = Parts(endpoint);
        return $$"""
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: w{{number}}}
            spec:
              address: 127.0.0.1
              ports: {http: {{number + 1}}}
              weight: {{labels.GetValueOrDefault("weight") ?? "0"}}
              locality: {{(locality.Length == 0 ? "''" : locality)}}
              labels: {app: user-service, {{string.Join(", ", labels.Select(label => $"{label.Key}: '{label.Value}'"))}} }
            """;
    }

    private static (string Locality, Dictionary<string, string> Labels) Parts(string text)
    {
        var parts = text.Split(';');
        var labels = parts[1..].Where(part => part.Length > 0).Select(part => part.Split('=', 2));
        return (parts[0], labels.ToDictionary(label => label[0], label => label[1]));
    }
}
