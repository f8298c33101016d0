using MessageBoard.Mesh.Tests.Loading;

namespace MessageBoard.Mesh.Tests.Routing;

public class TopologyLabelsTests
{
    [Theory]
    [InlineData("locality: r/z/s", "region=r zone=z subzone=s cluster=r")]
    [InlineData("locality: r", "region=r cluster=r")]
    [InlineData("locality: r, network: n", "region=r cluster=r network=n")]
    [InlineData("locality: r, network: n, labels: {topology.istio.io/network: own}", "region=r cluster=r network=own")]
    [InlineData("locality: r, labels: {topology.istio.io/cluster: lie, topology.kubernetes.io/region: lie}", "region=r cluster=r")]
    [InlineData("labels: {topology.istio.io/cluster: c}", "cluster=c")]
    [InlineData("labels: {topology.istio.io/locality: r.z.s}", "region=r zone=z subzone=s cluster=r")]
    [InlineData("labels: {istio-locality: r.z}", "region=r zone=z cluster=r")]
    [InlineData("labels: {istio-locality: r.z, topology.istio.io/locality: q}", "region=q cluster=q")]
    [InlineData("locality: r/z, labels: {istio-locality: q}", "region=r zone=z cluster=r")]
    [InlineData("labels: {topology.kubernetes.io/zone: z}", "zone=z")]
    [InlineData("", "")]
    public void A_workload_has_the_labels_that_Istio_gives(string fields, string expected)
    {
        var spec = $"{{address: 127.0.0.1{(fields.Length > 0 ? ", " : "")}{fields}}}";

        Assert.Equal(expected, Describe(Loaded.File("networking.istio.io/v1", "WorkloadEntry", spec).Only<WorkloadEntry>().Labels));
    }

    [Fact]
    public void Labels_of_metadata_are_the_workloads_and_come_first()
    {
        var workload = ResourceFile.Read("a.yaml", """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: a, labels: {app: a, tier: gold, topology.istio.io/locality: r.z}}
            spec: {address: 127.0.0.1, labels: {tier: iron, rack: '1'}}
            """).Only<WorkloadEntry>();

        Assert.Equal(("a", "gold", "1"), (workload.Labels["app"], workload.Labels["tier"], workload.Labels["rack"]));
        Assert.Equal("r/z", workload.Locality);
        Assert.Equal("region=r zone=z cluster=r", Describe(workload.Labels));
    }

    [Theory]
    [InlineData("c/z", "", "c/z", "region=c zone=z cluster=c")]
    [InlineData("c", "topology.kubernetes.io/region=r topology.kubernetes.io/zone=z", "r/z", "region=r zone=z cluster=c")]
    [InlineData("c", "topology.istio.io/locality=r.z", "r/z", "region=r zone=z cluster=c")]
    [InlineData("c", "topology.istio.io/network=n", "c", "region=c cluster=c network=n")]
    [InlineData("", "", "", "")]
    public void A_caller_has_them_too(string locality, string labels, string itsLocality, string expected)
    {
        var proxy = new MeshProxy
        {
            Locality = locality,
            Labels = labels.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(label => label.Split('='))
                .ToDictionary(label => label[0], label => label[1]),
        }.WithTopology();

        Assert.Equal(itsLocality, proxy.Locality);
        Assert.Equal(expected, Describe(proxy.Labels));
    }

    private static string Describe(IReadOnlyDictionary<string, string> labels) => string.Join(' ',
        from label in (string[])
            [TopologyLabels.Region, TopologyLabels.Zone, TopologyLabels.Subzone, TopologyLabels.Cluster, TopologyLabels.Network]
        where labels.ContainsKey(label)
        select $"{label.Split('/')[1]}={labels[label]}");
}
