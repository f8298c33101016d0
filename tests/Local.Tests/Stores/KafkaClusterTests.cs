using System.Text;
using Confluent.Kafka;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Tests.Stores;

/// <summary>With a real Kafka client over real sockets.</summary>
public sealed class KafkaClusterTests
{
    [Fact]
    public void What_is_produced_with_headers_is_consumed_by_a_group()
    {
        using var cluster = new KafkaCluster("api-stats");
        var client = new ClientConfig { BootstrapServers = cluster.BootstrapServers };

        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig(client) { Acks = Acks.All }).Build())
        {
            for (var number = 0; number < 30; number++)
            {
                producer.Produce("api-stats", new Message<string, string>
                {
                    Key = $"key {number}",
                    Value = $"메시지 {number}",
                    Headers = new Headers { { "traceparent", Encoding.UTF8.GetBytes($"trace {number}") } },
                });
            }

            Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(20)));
        }

        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig(client)
        {
            GroupId = "log-service",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe("api-stats");
        var seen = new Dictionary<string, (string Value, string Trace, int Partition)>();
        while (seen.Count < 30 && consumer.Consume(TimeSpan.FromSeconds(20)) is { } consumed)
            seen[consumed.Message.Key] = (consumed.Message.Value, Encoding.UTF8.GetString(
                consumed.Message.Headers.GetLastBytes("traceparent")), consumed.Partition.Value);

        consumer.Close();
        Assert.Equal(30, seen.Count);
        Assert.Equal(("메시지 7", "trace 7"), (seen["key 7"].Value, seen["key 7"].Trace));
        Assert.Equal(4, seen.Values.Select(message => message.Partition).Distinct().Count());
    }

    [Fact]
    public void It_has_three_brokers_and_the_topic_before_anybody_asks()
    {
        using var cluster = new KafkaCluster("api-stats");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).Build();

        var metadata = admin.GetMetadata(TimeSpan.FromSeconds(20));

        Assert.Equal(3, metadata.Brokers.Count);
        Assert.Equal([3, 3, 3, 3], Assert.Single(metadata.Topics).Partitions.Select(partition => partition.Replicas.Length));
    }
}
