namespace MessageBoard.Scripts.Tests.Images;

/// <summary>scripts/kind.sh, with stand-ins for docker and kind.</summary>
public sealed class KindTests : IDisposable
{
    private const string Script = "kind.sh", Images = " --images messageboard/1a2b3c4";

    private const string Loaded =
        "messageboard/gateway:1a2b3c4 messageboard/user-service:1a2b3c4 messageboard/message-service:1a2b3c4 "
            + "messageboard/log-service:1a2b3c4";

    private readonly StandIns _tools = new();

    public void Dispose() => _tools.Dispose();

    [Fact]
    public async Task Up_makes_two_clusters_with_load_balancers_and_our_images_and_tells_how_to_go_on()
    {
        var (code, output, error) = await _tools.RunAsync(Script, "up" + Images);

        Assert.Equal((0, ""), (code, error));
        Assert.Collection(_tools.Calls,
            call => Assert.Equal("kind create cluster --name messageboard-ctx1 --config - --wait 5m", call),
            call => Assert.Equal("kind create cluster --name messageboard-ctx2 --config - --wait 5m", call),
            call => Assert.Equal("docker rm --force messageboard-load-balancers", call), // one that has stopped
            call => Assert.Matches(
                @"^docker run .* --name messageboard-load-balancers --network kind .*/cloud-controller-manager:v\d+\.\d+\.\d+ ", call),
            call => Assert.Equal($"kind load docker-image --name messageboard-ctx1 {Loaded}", call),
            call => Assert.Equal($"kind load docker-image --name messageboard-ctx2 {Loaded}", call));
        Assert.EndsWith(
            "./deploy-all.sh --context-1 kind-messageboard-ctx1 --context-2 kind-messageboard-ctx2 --images messageboard/1a2b3c4\n",
            output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_Istio_the_nodes_of_each_cluster_know_the_way_to_the_others_pods()
    {
        var (code, output, error) = await _tools.RunAsync(Script, "up --proxyless" + Images);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            [
                "docker exec messageboard-ctx1-worker ip route replace 10.200.0.0/24 via 172.18.0.2",
                "docker exec messageboard-ctx2-worker ip route replace 10.100.0.0/24 via 172.18.0.1",
            ],
            _tools.Calls.Where(call => call.StartsWith("docker exec", StringComparison.Ordinal)));
        Assert.EndsWith("--images messageboard/1a2b3c4 --proxyless\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clusters_networks_do_not_overlap_and_their_nodes_are_in_two_regions()
    {
        await _tools.RunAsync(Script, "up");

        var (first, second) = (Configuration("messageboard-ctx1.yaml"), Configuration("messageboard-ctx2.yaml"));
        string[] networks = [first["podSubnet"], first["serviceSubnet"], second["podSubnet"], second["serviceSubnet"]];
        Assert.Equal(4, networks.Distinct().Count());
        Assert.All(networks, network => Assert.EndsWith(".0.0/16", network, StringComparison.Ordinal));
        Assert.NotEqual(first["topology.kubernetes.io/region"], second["topology.kubernetes.io/region"]);
    }

    [Fact]
    public async Task A_second_time_makes_nothing_anew()
    {
        await _tools.RunAsync(Script, "up");
        _tools.ForgetCalls();

        var (code, _, _) = await _tools.RunAsync(Script, "up");

        Assert.Equal(0, code);
        Assert.Equal(["kind export kubeconfig --name messageboard-ctx1", "kind export kubeconfig --name messageboard-ctx2"], _tools.Calls);
    }

    [Fact]
    public async Task It_carries_on_where_something_is_missing()
    {
        _tools.Tell("clusters", "messageboard-ctx1\nanother\n");

        await _tools.RunAsync(Script, "up");

        Assert.Equal("messageboard-ctx1\nanother\nmessageboard-ctx2\n", _tools["clusters"]);
    }

    [Fact]
    public async Task An_image_that_is_not_here_is_named_before_anything_is_made()
    {
        var (code, _, error) = await _tools.RunAsync(Script, "up" + Images, ("MISSING", "log-service"));

        Assert.Equal((2, 0), (code, _tools.Calls.Count));
        Assert.Contains("no messageboard/log-service:1a2b3c4", error, StringComparison.Ordinal);
        Assert.Contains("scripts/build-images.sh --images messageboard --tag 1a2b3c4 --load", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Down_removes_what_up_made_and_nothing_else()
    {
        await _tools.RunAsync(Script, "up");
        _tools.Tell("clusters", _tools["clusters"] + "another\n");
        _tools.ForgetCalls();

        var (code, _, _) = await _tools.RunAsync(Script, "down");

        Assert.Equal((0, "another\n"), (code, _tools["clusters"]));
        Assert.Equal(
        [
            "docker rm --force messageboard-load-balancers",
            "kind delete cluster --name messageboard-ctx1",
            "kind delete cluster --name messageboard-ctx2",
            "docker rm --force balancer-of-ctx2",
        ], _tools.Calls);
        Assert.Equal(0, (await _tools.RunAsync(Script, "down")).ExitCode);
    }

    [Theory]
    [InlineData("", "up or down?")]
    [InlineData("up down", "up or down?")]
    [InlineData("up --images 1a2b3c4", "--images wants REGISTRY/TAG")]
    [InlineData("down --images a/b", "--images goes with up")]
    [InlineData("down --proxyless", "--proxyless goes with up")]
    [InlineData("sideways", "Unknown option: sideways")]
    public async Task Bad_options_are_refused(string options, string message)
    {
        var (code, _, error) = await _tools.RunAsync(Script, options);

        Assert.Equal((2, 0), (code, _tools.Calls.Count));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Docker_that_does_not_answer_is_named() =>
        Assert.Contains(
            "Docker does not answer", (await _tools.RunAsync(Script, "up", ("NO_DOCKER", "1"))).Error, StringComparison.Ordinal);

    private Dictionary<string, string> Configuration(string file) => _tools[file].Split('\n')
        .Select(line => line.Trim().Split(": ")).Where(words => words.Length == 2).DistinctBy(words => words[0]).ToDictionary(
            words => words[0], words => words[1]);
}
