namespace MessageBoard.Manifests.Tests;

/// <summary>istio/multicluster fits together, and fits what is applied to the clusters.</summary>
public sealed class MulticlusterTests
{
    [Theory]
    [InlineData("ctx1", "network1", true)]
    [InlineData("ctx2", "network2", false)]
    public void Each_cluster_has_its_own_names_in_one_mesh(string cluster, string network, bool hasIngress)
    {
        var (istio, eastwest) = (Read($"{cluster}/istio.yaml"), Read($"{cluster}/eastwest.yaml"));

        foreach (var one in (Manifest[])[istio, eastwest])
        {
            var global = one.Spec!["values"]!["global"]!;
            Assert.Equal(
                ("messageboard", cluster, network),
                (Text(global["meshID"]), Text(global["multiCluster"]?["clusterName"]), Text(global["network"])));
        }

        Assert.NotEqual(istio.Name, eastwest.Name);
        Assert.Equal(hasIngress ? "default" : "minimal", Text(istio.Spec!["profile"]));
        Assert.Equal("true", Text(istio.Spec["components"]?["cni"]?["enabled"]));
        Assert.Equal(network, Text(Gateway(eastwest)["label"]?["topology.istio.io/network"]));
    }

    [Fact]
    public void The_clusters_differ_in_nothing_else()
    {
        foreach (var file in (string[])["istio.yaml", "eastwest.yaml"])
        {
            var ctx2 = File.ReadAllText(PathOf($"ctx2/{file}"))
                .Replace("ctx2", "ctx1", StringComparison.Ordinal)
                .Replace("network2", "network1", StringComparison.Ordinal);
            Assert.Equal(
                Uncommented(File.ReadAllText(PathOf($"ctx1/{file}"))),
                Uncommented(ctx2).Select(line => line == "  profile: minimal" ? "  profile: default" : line));
        }
    }

    [Fact]
    public void The_cross_network_gateway_is_the_east_west_gateway_s_and_its_port_is_open()
    {
        var (gateway, eastwest) = (Read("cross-network-gateway.yaml"), Gateway(Read("ctx1/eastwest.yaml")));
        var port = Text(Assert.Single(Items(gateway.Spec!["servers"]))["port"]!["number"]);

        Assert.True(Selects(gateway.Spec!["selector"], eastwest["label"]));
        Assert.Contains(port, Items(eastwest["k8s"]!["service"]!["ports"]).Select(open => Text(open["targetPort"])));
    }

    [KubectlTheory]
    [InlineData("tracing")]
    [InlineData("accessLogging")]
    public void Telemetry_has_a_provider(string part)
    {
        var known = Items(Read("ctx1/istio.yaml").Spec!["meshConfig"]!["extensionProviders"]).Select(provider => Text(provider["name"]));
        var named = from telemetry in Rendering.Of("istio").Of("Telemetry")
                    from one in Items(telemetry.Spec![part])
                    from provider in Items(one["providers"])
                    select Text(provider["name"]);

        Assert.NotEmpty(named);
        Assert.Subset(known.ToHashSet(), named.ToHashSet());
    }

    private static JsonNode Gateway(Manifest eastwest) => Assert.Single(Items(eastwest.Spec!["components"]!["ingressGateways"]));

    private static string PathOf(string file) => Path.Combine(Repository.Root, "istio", "multicluster", file);

    private static Manifest Read(string file) => Assert.Single(Manifest.Read(File.ReadAllText(PathOf(file))));

    private static IEnumerable<string> Uncommented(string yaml) => yaml.Split('\n').Where(line => !line.TrimStart().StartsWith('#'));
}
