using MessageBoard.Mesh.GatewayApi;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>The files of istio/ and the exercises: no pod that hangs holds a request, and none that fails goes on getting some.</summary>
public sealed class ShippedFilesTests : ForwardingTest
{
    public static TheoryData<string> Files =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio"), "*-service.yaml")
            .Concat(Directory.EnumerateFiles(
                Path.Combine(Repository.Root, "istio", "examples"), "*-service.yaml", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file)),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_service_has_timeouts_and_outlier_detection(string file)
    {
        var (routes, policy) = Read(file);

        Assert.All(routes, route => Assert.Equal(TimeSpan.FromSeconds(route.Name == "outside" ? 3 : 1), route.Timeout));
        Assert.NotNull(policy.OutlierDetection);
        if (!file.Contains("examples", StringComparison.Ordinal))
            Assert.InRange(policy.OutlierDetection.MaxEjectionPercent, 50, 99); // one of two, and never the only one
    }

    [Fact]
    public async Task A_frozen_pod_costs_three_requests_and_no_post_is_sent_twice()
    {
        var (routes, policy) = Read(Path.Combine("istio", "user-service.yaml"));
        _mesh.Set(TestMesh.ToAll() with { Timeout = routes[^1].Timeout }, policy);
        _mesh.Ctx1.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var statuses = new List<int>();

        for (var i = 0; i < 30; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/") { Content = new StringContent($"{i}") };
            statuses.Add((await _mesh.AskAsync(request)).Status);
        }

        Assert.Equal(3, statuses.Count(status => status == 504));
        Assert.Equal(27, statuses.Count(status => status == 200));
        string[] bodies = [.. _mesh.Ctx1.Bodies, .. _mesh.Ctx2.Bodies];
        Assert.Equal(bodies.Distinct(), bodies);
    }

    private static (IReadOnlyList<HttpRoute> Routes, TrafficPolicy Policy) Read(string file)
    {
        var read = ResourceFile.Read(file, File.ReadAllText(Path.Combine(Repository.Root, file)));
        Assert.Empty(read.Problems);
        var routes = read.Resources.OfType<VirtualService>().Select(service => service.Http)
            .Concat(read.Resources.OfType<GatewayHttpRoute>().Select(route => route.Rules));
        var policies = read.Resources.OfType<DestinationRule>().Select(rule => rule.TrafficPolicy?.OutlierDetection).Distinct();
        return (
            Assert.Single(routes), new() { OutlierDetection = Assert.Single(policies) });
    }
}
