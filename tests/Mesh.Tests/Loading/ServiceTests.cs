namespace MessageBoard.Mesh.Tests.Loading;

public class ServiceTests
{
    private const string Service = "resolution: STATIC, workloadSelector: {labels: {app: a}}";
    private const string Ports = "ports: [{number: 80, name: http, protocol: HTTP}]";

    // Where a rule comes from: ValidateServiceEntry and validateWorkloadEntry in Istio's pkg/config/validation/validation.go, and the CRD.
    [Theory]
    [InlineData(Service + ", hosts: [a.b], " + Ports, null)]
    [InlineData(Service
        + ", hosts: [a.b], location: MESH_INTERNAL, addresses: [10.0.0.1, 10.0.0.1/8], subjectAltNames: [a], exportTo: ['~'], "
        + Ports, null)]
    [InlineData(Service + ", hosts: ['*'], " + Ports, "spec.hosts[0] '*' is no service's name")]
    [InlineData(Service + ", hosts: ['*.a.b'], " + Ports, null)]
    [InlineData(Service + ", hosts: [], " + Ports, "spec.hosts has to name at least one host")]
    [InlineData(Service + ", hosts: [a.b]", null)]
    [InlineData(Service
        + ", hosts: [a.b], ports: [{number: 80, name: a}, {number: 80, name: b}]", "spec.ports[1].number 80 is given to two ports")]
    [InlineData(Service
        + ", hosts: [a.b], ports: [{number: 80, name: a}, {number: 81, name: a}]", "spec.ports[1].name 'a' is given to two ports")]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a.b}]", "spec.ports[0].name 'a.b' is no port's name")]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a, protocol: "
        + "SMTP}]", "spec.ports[0].protocol 'SMTP' is no protocol that Istio knows")]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a, protocol: HTTPS, targetPort: 81}]", null)]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a, targetPort: 0}]", "spec.ports[0].targetPort has to be a whole")]
    [InlineData(Service + ", hosts: [a.b, c.d], ports: [{number: 80, name: a, protocol: TLS}]", null)]
    [InlineData(Service + ", hosts: [a.b, c.d], ports: [{number: 80, name: a, protocol: TCP}]", "spec.ports[0].protocol has to be one of")]
    [InlineData(Service + ", hosts: [a.b, c.d], ports: [{number: 80, name: a}]", "spec.ports[0] has to be one of HTTP or TLS")]
    [InlineData("hosts: [a.b, c.d], ports: [{number: 80, name: a, protocol: TCP}]", null)]
    [InlineData(Service + ", hosts: [a.b], location: MESH_EXTERNAL, " + Ports, null)]
    [InlineData(Service + ", hosts: [a.b], location: OUTSIDE, " + Ports, "spec.location has to be one of MESH_EXTERNAL, MESH_INTERNAL")]
    [InlineData(Service + ", hosts: [a.b], endpoints: [{address: 127.0.0.1}], "
        + Ports, "spec.endpoints cannot stand beside workloadSelector")]
    [InlineData(Service + ", hosts: [a.b], addresses: [10.0.0.0/33], " + Ports, "spec.addresses[0] '10.0.0.0/33' has to be an IP address")]
    [InlineData(Service + ", hosts: [a.b], addresses: [a], " + Ports, "spec.addresses[0] 'a' has to be an IP address")]
    [InlineData("resolution: STATIC, hosts: [a.b], " + Ports, null)]
    [InlineData("resolution: STATIC, hosts: [a.b], endpoints: [{address: 127.0.0.1, ports: {http: 81}, weight: 2, labels: {a: b}}], "
        + Ports, null)]
    [InlineData("resolution: STATIC, hosts: [a.b], endpoints: [{address: c.d}], "
        + Ports, "spec.endpoints[0].address 'c.d' has to be an IP address: names are for resolution DNS")]
    [InlineData("resolution: STATIC, hosts: [a.b], endpoints: [{address: 127.0.0.1, ports: {https: 81}}], "
        + Ports, "spec.endpoints[0].ports.https 'https' is none of the service's ports")]
    [InlineData("resolution: STATIC, hosts: [a.b], endpoints: [{address: 127.0.0.1, label: {a: b}}], "
        + Ports, "spec.endpoints[0].label is not a field")]
    [InlineData("resolution: DNS, hosts: [a.b], workloadSelector: {labels: {a: b}}, " + Ports, null)]
    [InlineData("resolution: DNS, hosts: [a.b], endpoints: [{address: c.d}, {address: 127.0.0.1}], " + Ports, null)]
    [InlineData("resolution: DNS, hosts: ['*.b'], " + Ports, "spec.hosts must not have a wildcard with resolution DNS")]
    [InlineData("resolution: DNS, hosts: ['*.b'], endpoints: [{address: c.d}], " + Ports, null)]
    [InlineData("resolution: DNS, hosts: [a.b], addresses: [10.0.0.0/8], " + Ports, "spec.addresses[0] '10.0.0.0/8' is a block")]
    [InlineData("resolution: DNS_ROUND_ROBIN, hosts: [a.b], " + Ports, null)]
    [InlineData("resolution: DNS_ROUND_ROBIN, hosts: [a.b], endpoints: [{address: c.d}, {address: e.f}], "
        + Ports, "spec.endpoints must not be more than one with resolution DNS_ROUND_ROBIN")]
    [InlineData("resolution: DYNAMIC_DNS, hosts: ['*.b'], " + Ports, "spec.resolution DYNAMIC_DNS is not carried out by the local mesh")]
    [InlineData("hosts: ['*.b'], " + Ports, null)]
    [InlineData("hosts: [a.b], endpoints: [{address: 127.0.0.1}], " + Ports, "spec.endpoints cannot stand beside resolution NONE")]
    public void A_service_is_read_or_refused(string spec, string? message) => Check("ServiceEntry", spec, message);

    [Theory]
    [InlineData("address: 127.0.0.1, ports: {http: 80}, labels: {app: a}, locality: ctx1, weight: 5", null)]
    [InlineData("address: '::1', network: a, serviceAccount: b", null)]
    [InlineData("address: a.b", null)]
    [InlineData("labels: {app: a}", "spec.address is missing")]
    [InlineData("address: 'unix:///a'", "spec.address 'unix:///a' is not carried out by the local mesh")]
    [InlineData("address: 'unix://a'", "spec.address 'unix://a' has to be unix:// and the absolute path")]
    [InlineData("address: 'unix:///a', ports: {http: 80}", "spec.ports must not be given with a socket")]
    [InlineData("address: 'a b'", "spec.address 'a b' has to be an IP address or a host name")]
    [InlineData("address: '*.b'", "spec.address '*.b' has to be an IP address or a host name")]
    [InlineData("network: a", "spec.network without an address is not carried out by the local mesh")]
    [InlineData("address: 127.0.0.1, ports: {http: 0}", "spec.ports.http has to be a whole number from 1 to 65535")]
    [InlineData("address: 127.0.0.1, ports: {h.1: 80}", "spec.ports.h.1 'h.1' is no port's name")]
    [InlineData("address: 127.0.0.1, labels: {app: '/'}", "spec.labels.app '/' is no label's value")]
    public void A_workload_is_read_or_refused(string spec, string? message) => Check("WorkloadEntry", spec, message);

    // What is not said is MESH_EXTERNAL and NONE: the first words of Istio's enumerations.
    [Fact]
    public void Of_what_a_service_does_not_say_the_defaults_hold()
    {
        var service = Loaded.File("networking.istio.io/v1", "ServiceEntry", $"{{hosts: [a.b], {Ports}}}").Only<ServiceEntry>();

        Assert.True(service.IsExternal);
        Assert.Equal(ServiceResolution.None, service.Resolution);
        Assert.Equal([], service.Endpoints!);
    }

    private static void Check(string kind, string spec, string? message)
    {
        var file = Loaded.File("networking.istio.io/v1", kind, $"{{{spec}}}");
        if (message is null)
            Assert.Empty(file.Problems);
        else
            file.IsRefused(message);
    }
}
