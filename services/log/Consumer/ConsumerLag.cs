using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.LogService.Consumer;

/// <summary>How far the group is behind in the partitions that this process reads, as librdkafka's statistics have it.</summary>
internal sealed class ConsumerLag
{
    private volatile IReadOnlyList<(string Partition, long Messages)> _partitions = [];

    /// <summary>Messages that are on the topic and not committed, by partition.</summary>
    public IReadOnlyList<(string Partition, long Messages)> Partitions => _partitions;

    /// <summary>
    /// Takes what librdkafka tells of itself (https://github.com/confluentinc/librdkafka/blob/master/STATISTICS.md). A partition that
    /// another process reads has a lag of -1.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="statistics">librdkafka's JSON.</param>
    public void Take(string topic, string statistics)
    {
        using var json = JsonDocument.Parse(statistics);
        _partitions = json.RootElement.GetProperty("topics").TryGetProperty(topic, out var known)
            ?
            [
                .. from partition in known.GetProperty("partitions").EnumerateObject()
                   let lag = partition.Value.GetProperty("consumer_lag").GetInt64()
                   where lag >= 0
                   orderby int.Parse(partition.Name, CultureInfo.InvariantCulture)
                   select (partition.Name, lag),
            ]
            : [];
    }
}

/// <summary><see cref="ConsumerLag"/> as a metric.</summary>
internal sealed class ConsumerMetrics : ObservedMetrics
{
    /// <summary>Makes the instrument.</summary>
    public ConsumerMetrics(IMeterFactory meters, ConsumerLag lag) : base(meters) => Meter.CreateObservableGauge(
        "messageboard.kafka.consumer.lag",
        () => lag.Partitions.Select(partition => new Measurement<long>(
            partition.Messages, new KeyValuePair<string, object?>("messaging.destination.partition.id", partition.Partition))),
        "{message}", "Messages on the topic that are not kept yet.");
}
