using System.Runtime.InteropServices;

namespace MessageBoard.Local.Stores;

/// <summary>
/// A Kafka cluster of three brokers inside this process: librdkafka's own (rdkafka_mock.h), with real sockets that every
/// Kafka client can produce to and consume from. It keeps messages in memory, at most 5 MiB a partition.
/// </summary>
internal sealed partial class KafkaCluster : IDisposable
{
    private const string Library = "librdkafka.so.1";
    private const int Producer = 0;
    private const int Brokers = 3;

    private readonly nint _client;
    private readonly nint _cluster;

    /// <exception cref="LaunchException">librdkafka refused.</exception>
    public KafkaCluster(string topic, int partitions)
    {
        var configuration = NewConfiguration();
        // The client exists only to carry the cluster; its warning about missing brokers would confuse.
        _ = Set(configuration, "log_level", "0", 0, 0);
        _client = NewClient(Producer, configuration, 0, 0);
        _cluster = _client == 0 ? 0 : NewCluster(_client, Brokers);
        if (_cluster == 0 || CreateTopic(_cluster, topic, partitions, Brokers) != 0)
            throw new LaunchException("librdkafka could not start its broker cluster.", ExitCodes.Failure);

        BootstrapServers = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
    }

    public static bool IsInstalled
    {
        get
        {
            if (!NativeLibrary.TryLoad(Library, out var handle))
                return false;

            NativeLibrary.Free(handle);
            return true;
        }
    }

    /// <summary><c>127.0.0.1:port</c> of each broker, with commas.</summary>
    public string BootstrapServers { get; }

    public void Dispose()
    {
        DestroyCluster(_cluster);
        DestroyClient(_client);
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    private static partial nint NewConfiguration();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(nint configuration, string name, string value, nint error, nint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    private static partial nint NewClient(int type, nint configuration, nint error, nint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    private static partial void DestroyClient(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint NewCluster(nint client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void DestroyCluster(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateTopic(nint cluster, string topic, int partitions, int replicationFactor);
}
