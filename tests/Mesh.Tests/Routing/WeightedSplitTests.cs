namespace MessageBoard.Mesh.Tests.Routing;

public class WeightedSplitTests
{
    private const int Requests = 100_000;

    [Theory]
    [InlineData(70, 30)]
    [InlineData(30, 70)]
    [InlineData(50, 50)]
    [InlineData(1, 99)]
    [InlineData(1, 2)]
    [InlineData(300, 100)]
    [InlineData(2147483646, 1)]
    public void Requests_are_split_by_weight(int ctx1, int ctx2)
    {
        var counts = Count(Yaml.Join(Yaml.UserService, Yaml.Split(ctx1, ctx2)));

        var share = ctx1 / ((double)ctx1 + ctx2);
        Assert.InRange(counts.GetValueOrDefault(1001), Expected(share, -4), Expected(share, 4));
        Assert.Equal(Requests, counts.Values.Sum());
    }

    [Theory]
    [InlineData(0, 100, 1002)]
    [InlineData(100, 0, 1001)]
    [InlineData(0, 1, 1002)]
    public void Weight_0_gets_nothing(int ctx1, int ctx2, int port) =>
        Assert.Equal(port, Assert.Single(Count(Yaml.Join(Yaml.UserService, Yaml.Split(ctx1, ctx2)))).Key);

    [Theory]
    [InlineData("")]
    [InlineData(", weight: 0")]
    [InlineData(", weight: 7")]
    public void A_single_destination_gets_everything(string weight) =>
        Assert.Equal(1002, Assert.Single(Count(Yaml.Join(
            Yaml.UserService,
            Yaml.Routes($"- route: [{{destination: {{host: user-service, subset: ctx2}}{weight}}}]")))).Key);

    [Fact]
    public void A_decision_allocates_nothing()
    {
        var table = RouteTableTests.Table(Yaml.Join(Yaml.UserService, Yaml.Split(70, 30)));
        var (request, random) = (new Request("user-service"), new Random(1));
        table.Decide(request, random);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            table.Decide(request, random);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Dictionary<int, int> Count(string yaml)
    {
        var table = RouteTableTests.Table(yaml);
        var random = new Random(20261120);
        var counts = new Dictionary<int, int>();
        for (var i = 0; i < Requests; i++)
        {
            var port = RouteTableTests.PortOf(table.Decide(new Request("user-service"), random))!.Value;
            counts[port] = counts.GetValueOrDefault(port) + 1;
        }

        return counts;
    }

    private static int Expected(double share, int sigmas) =>
        (int)Math.Round(Requests * share + sigmas * Math.Sqrt(Requests * share * (1 - share)));
}
