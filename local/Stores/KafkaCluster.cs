using Confluent.Kafka;

namespace MessageBoard.Local.Stores;

/// <summary>
/// A Kafka cluster of three brokers inside this process: librdkafka's own (rdkafka_mock.h), with real sockets that every
/// Kafka client can produce to and consume from. It makes a topic when a client asks for it by name, as a consumer does not,
/// and keeps messages in memory, at most 5 MiB a partition.
/// </summary>
internal sealed class KafkaCluster : IDisposable
{
    private const int Brokers = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IAdminClient _carrier;

    /// <exception cref="LaunchException">librdkafka refused.</exception>
    public KafkaCluster(string topic)
    {
        var config = new AdminClientConfig();
        config.Set("test.mock.num.brokers", Brokers.ToString(CultureInfo.InvariantCulture));
        try
        {
            _carrier = new AdminClientBuilder(config).SetLogHandler((_, _) => { }).Build();
            var brokers = _carrier.GetMetadata(topic, Patience).Brokers;
            BootstrapServers = string.Join(',', brokers.Select(broker => $"{broker.Host}:{broker.Port}"));
        }
        catch (KafkaException exception)
        {
            throw new LaunchException($"librdkafka could not start its broker cluster: {exception.Error.Reason}.", ExitCodes.Failure);
        }
    }

    /// <summary><c>127.0.0.1:port</c> of each broker, with commas.</summary>
    public string BootstrapServers { get; }

    public void Dispose() => _carrier.Dispose();
}
