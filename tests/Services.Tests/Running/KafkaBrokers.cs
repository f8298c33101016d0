using Confluent.Kafka;

namespace MessageBoard.Services.Tests.Running;

/// <summary>librdkafka's own brokers: a client with this setting is a whole cluster that others can talk to.</summary>
internal sealed class KafkaBrokers : IDisposable
{
    private readonly IAdminClient _carrier =
        new AdminClientBuilder([new("bootstrap.servers", "unused"), new("test.mock.num.brokers", "3")]).Build();

    public KafkaBrokers() => Addresses = string.Join(
        ',',
        _carrier.GetMetadata(Shared.Events.Kafka.Topic, TimeSpan.FromSeconds(10)).Brokers.Select(broker => $"{broker.Host}:{broker.Port}"));

    public string Addresses { get; }

    public void Dispose() => _carrier.Dispose();
}
