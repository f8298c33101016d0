using Confluent.Kafka;
using MessageBoard.Shared;
using MessageBoard.Shared.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace MessageBoard.Services.Tests.Events;

public sealed class KafkaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Calls_made_while_the_brokers_restart_reach_them_at_their_new_addresses()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Kafka:BootstrapServersFile", _folder["brokers"])]).Build();
        var first = new KafkaBrokers();
        _folder.Write("brokers", first.Addresses);
        using var sink = new KafkaEventSink(
            configuration, new ServiceIdentity("user-service", "ctx1", "pod"), new DroppedEvents(), new(),
            NullLogger<KafkaEventSink>.Instance);
        sink.Offer(Call("before"));
        Assert.Equal("before", FirstCallOf(first));

        first.Dispose();
        sink.Offer(Call("meanwhile"));
        using var second = new KafkaBrokers();
        _folder.Write("brokers", second.Addresses);

        Assert.Equal("meanwhile", FirstCallOf(second));
    }

    public void Dispose() => _folder.Dispose();

    private static ApiCall Call(string user) => new(
        $"{Guid.NewGuid():N}", DateTimeOffset.UtcNow, user, "GET", "/", "/", 200, 1, "user-service", "ctx1", "pod", $"{Guid.NewGuid():N}");

    private static string? FirstCallOf(KafkaBrokers brokers)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers.Addresses,
            GroupId = "none",
        }).Build();
        // Without the group, which would wait for more members.
        consumer.Assign(Enumerable.Range(0, 4).Select(partition => new TopicPartitionOffset(Kafka.Topic, partition, Offset.Beginning)));
        return consumer.Consume(TimeSpan.FromSeconds(60))?.Message.Key;
    }
}
