namespace MessageBoard.Mesh.Tests.Loading;

public class ServiceTests
{
    private const string Service = "resolution: STATIC, workloadSelector: {labels: {app: a}}";
    private const string Ports = "ports: [{number: 80, name: http, protocol: HTTP}]";

    [Theory]
    [InlineData(Service + ", hosts: [a.b], " + Ports, null)]
    [InlineData(Service
        + ", hosts: [a.b], location: MESH_INTERNAL, addresses: [10.0.0.1, 10.0.0.1/8], subjectAltNames: [a], exportTo: ['~'], "
        + Ports, null)]
    [InlineData(Service + ", hosts: ['*'], " + Ports, "spec.hosts[0] '*' is no service's name")]
    [InlineData(Service + ", hosts: ['*.a.b'], " + Ports, "spec.hosts[0] '*.a.b' is not carried out by the local mesh")]
    [InlineData(Service + ", hosts: [], " + Ports, "spec.hosts has to name at least one host")]
    [InlineData(Service + ", hosts: [a.b]", "spec.ports has to have at least one port")]
    [InlineData(Service
        + ", hosts: [a.b], ports: [{number: 80, name: a}, {number: 80, name: b}]", "spec.ports[1].number 80 is given to two ports")]
    [InlineData(Service
        + ", hosts: [a.b], ports: [{number: 80, name: a}, {number: 81, name: a}]", "spec.ports[1].name 'a' is given to two ports")]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a.b}]", "spec.ports[0].name 'a.b' is no port's name")]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a, protocol: "
        + "SMTP}]", "spec.ports[0].protocol 'SMTP' is no protocol that Istio knows")]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a, protocol: "
        + "HTTPS}]", "spec.ports[0].protocol HTTPS is not carried out by the local mesh")]
    [InlineData(Service + ", hosts: [a.b], ports: [{number: 80, name: a, targetPort: "
        + "81}]", "spec.ports[0].targetPort is not carried out by the local mesh")]
    [InlineData(Service + ", hosts: [a.b], location: MESH_EXTERNAL, "
        + Ports, "spec.location MESH_EXTERNAL is not carried out by the local mesh")]
    [InlineData(Service + ", hosts: [a.b], endpoints: [{address: 127.0.0.1}], "
        + Ports, "spec.endpoints cannot stand beside workloadSelector")]
    [InlineData(Service + ", hosts: [a.b], addresses: [10.0.0.0/33], " + Ports, "spec.addresses[0] '10.0.0.0/33' is no IP address")]
    [InlineData(Service + ", hosts: [a.b], addresses: [a], " + Ports, "spec.addresses[0] 'a' is no IP address")]
    [InlineData("resolution: STATIC, hosts: [a.b], endpoints: [{address: 127.0.0.1}], "
        + Ports, "spec.endpoints is not carried out by the local mesh")]
    [InlineData("resolution: DNS, hosts: [a.b], workloadSelector: {labels: {a: b}}, "
        + Ports, "spec.resolution DNS is not carried out by the local mesh")]
    [InlineData("hosts: [a.b], workloadSelector: {labels: {a: b}}, " + Ports, "spec.resolution NONE is not carried out by the local mesh")]
    public void A_service_is_read_or_refused(string spec, string? message) => Check("ServiceEntry", spec, message);

    [Theory]
    [InlineData("address: 127.0.0.1, ports: {http: 80}, labels: {app: a}, locality: ctx1", null)]
    [InlineData("address: '::1', network: a, serviceAccount: b", null)]
    [InlineData("labels: {app: a}", "spec.address is missing")]
    [InlineData("address: a.b", "spec.address 'a.b' is not carried out by the local mesh")]
    [InlineData("address: 'unix:///a'", "spec.address 'unix:///a' is not carried out by the local mesh")]
    [InlineData("address: 'a b'", "spec.address has to be an IP address")]
    [InlineData("address: 127.0.0.1, ports: {http: 0}", "spec.ports.http has to be a whole number from 1 to 65535")]
    [InlineData("address: 127.0.0.1, ports: {h.1: 80}", "spec.ports.h.1 'h.1' is no port's name")]
    [InlineData("address: 127.0.0.1, labels: {app: '/'}", "spec.labels.app '/' is no label's value")]
    [InlineData("address: 127.0.0.1, weight: 5", "spec.weight is not carried out by the local mesh")]
    public void A_workload_is_read_or_refused(string spec, string? message) => Check("WorkloadEntry", spec, message);

    private static void Check(string kind, string spec, string? message)
    {
        var file = Loaded.File("networking.istio.io/v1", kind, $"{{{spec}}}");
        if (message is null)
            Assert.Empty(file.Problems);
        else
            file.IsRefused(message);
    }
}
