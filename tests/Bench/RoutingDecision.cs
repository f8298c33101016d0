using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Bench;

/// <summary>One routing decision over a weighted split, with few and with many VirtualServices around it.</summary>
[MemoryDiagnoser]
public class RoutingDecision
{
    private readonly Random _random = new(1);
    private RouteTable _table = null!;

    /// <summary>How many VirtualServices there are.</summary>
    [Params(10, 1_000, 10_000)]
    public int VirtualServices { get; set; }

    /// <summary>Prints a row of Markdown for each number of VirtualServices.</summary>
    public static void Run()
    {
        var config = new ManualConfig()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance);
        var summary = BenchmarkRunner.Run<RoutingDecision>(config);
        foreach (var report in summary.Reports)
        {
            var services = report.BenchmarkCase.Parameters[nameof(VirtualServices)];
            var bytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
            Console.WriteLine(FormattableString.Invariant($"| {services} | {report.ResultStatistics!.Mean:0.0} | {bytes} |"));
        }
    }

    /// <summary>Compiles the table.</summary>
    [GlobalSetup]
    public void Compile() =>
        _table = RouteTable.Compile([.. Enumerable.Range(0, VirtualServices).SelectMany(Resources)], new MeshProxy(), []);

    /// <summary>Decides.</summary>
    [Benchmark]
    public RouteDecision Decide() => _table.Decide(new Request(), _random);

    private static IEnumerable<IMeshResource> Resources(int number)
    {
        var name = $"service-{number}";
        yield return new VirtualService(
            Key("VirtualService"), "a.yaml", [name], [MeshProxy.Mesh], [new() { Destinations = [To("ctx1", 70), To("ctx2", 30)] }]);
        yield return new DestinationRule(Key("DestinationRule"), "a.yaml", name, null, [Subset("ctx1"), Subset("ctx2")]);
        yield return new ServiceEntry(
            Key("ServiceEntry"), "a.yaml", [$"{name}.messageboard.svc.cluster.local"], [new(80, "http")],
            new Dictionary<string, string> { ["app"] = name });

        ResourceKey Key(string kind) => new(kind, HostNames.DefaultNamespace, name);
        HttpRouteDestination To(string subset, int weight) => new(new(name, subset, null), weight, HttpHeaderRules.None);
    }

    private static Subset Subset(string cluster) => new(cluster, new Dictionary<string, string> { ["cluster"] = cluster }, null);

    private readonly struct Request : IRoutableRequest
    {
        public string Host => "service-7";

        public int Port => 80;

        public string Scheme => "http";

        public string Authority => "service-7";

        public string Method => "GET";

        public string Path => "/api/users/ping";

        public string Query => "";

        public bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
        {
            value = null;
            return false;
        }
    }
}
