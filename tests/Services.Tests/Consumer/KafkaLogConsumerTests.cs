using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using MessageBoard.Shared.Events;

namespace MessageBoard.Services.Tests.Consumer;

/// <summary>Two log-services read the topic as one group, on librdkafka's own brokers.</summary>
public sealed partial class KafkaLogConsumerTests : IAsyncLifetime
{
    private const int Calls = 2_000;
    private readonly EmbeddedBoard _board = new();

    public ValueTask InitializeAsync() => _board.InitializeAsync();

    public ValueTask DisposeAsync() => _board.DisposeAsync();

    [Fact]
    public async Task Every_call_of_a_burst_is_kept_once_when_both_read_and_when_one_is_killed()
    {
        using var other = _board.Launch("log-service", Repository.FreePort());
        var first = _board.Process("log-service");
        await Eventually.IsTrueAsync(() => PartitionsOf(first) > 0 && PartitionsOf(other) > 0, "both read");
        await KeptAsync(await SendAsync(() => { }));

        var all = PartitionsOf(first) + PartitionsOf(other);
        var trace = await SendAsync(other.Kill);
        await Eventually.IsTrueAsync(() => PartitionsOf(first) == all, "one reads all");
        await KeptAsync(trace);
    }

    // Gives the calls' trace; does something in the middle.
    private async Task<string> SendAsync(Action midway)
    {
        var trace = $"{Guid.NewGuid():N}";
        var config = new ProducerConfig { BootstrapServers = _board.Brokers, LingerMs = 1 };
        using var producer = new ProducerBuilder<string, byte[]>(config).Build();
        for (var i = 0; i < Calls; i++)
        {
            if (i == Calls / 2)
                midway();

            var id = $"{Guid.NewGuid():N}";
            var call = new ApiCall(id, DateTimeOffset.UtcNow, null, "GET", "/api/x", "/api/x", 200, 1, "test", "ctx1", "pod", trace);
            var json = JsonSerializer.SerializeToUtf8Bytes(call, JsonSerializerOptions.Web);
            producer.Produce(Shared.Events.Kafka.Topic, new() { Key = $"{i}", Value = json });
            if (i % 20 == 0)
                await Task.Delay(10);
        }

        producer.Flush();
        return trace;
    }

    private Task<TimeSpan> KeptAsync(string trace)
    {
        const string Count = "SELECT COUNT(*) FROM kafka_logs WHERE trace_id = @trace";
        var database = _board.Stores.Database();
        return Eventually.IsTrueAsync(
            async () =>
            {
                await Task.Delay(100);
                return await database.QuerySingleOrDefaultAsync<long>(Count, new { trace }) == Calls;
            },
            "all calls are kept once");
    }

    private static int PartitionsOf(TestProcess service) =>
        service.Output.Select(line => Assigned().Match(line)).LastOrDefault(match => match.Success) is { } last
            ? int.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture)
            : 0;

    [GeneratedRegex(@"Reads (\d+) of the topic")]
    private static partial Regex Assigned();
}
