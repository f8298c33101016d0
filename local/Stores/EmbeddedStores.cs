using MessageBoard.Local.Processes;

namespace MessageBoard.Local.Stores;

/// <summary>The stores of a run: embedded ones where the environment names no real server, and what the services need to know of them.</summary>
internal sealed record EmbeddedStores(ProcessSpec? Garnet, KafkaCluster? Kafka, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Notes)
    : IDisposable
{
    private const string Topic = "api-stats";
    private const int Partitions = 3;

    public static EmbeddedStores Create(ExternalStores external, Installation installation, Fleet fleet)
    {
        var environment = new Dictionary<string, string>();
        var notes = new List<string>();

        if (external.MariaDb is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(installation.Database)!);
            environment["ConnectionStrings__Sqlite"] = $"Data Source={installation.Database}";
            notes.Add($"Database  SQLite, {Installation.Shown(installation.Database)}");
        }
        else
        {
            notes.Add($"Database  MariaDB, from {ExternalStores.MariaDbVariable}");
        }

        ProcessSpec? garnet = null;
        if (external.Redis is null)
        {
            garnet = fleet.Garnet();
            environment[ExternalStores.RedisVariable] = $"127.0.0.1:{garnet.Port}";
            notes.Add($"Redis     Garnet, 127.0.0.1:{garnet.Port}");
        }
        else
        {
            notes.Add($"Redis     from {ExternalStores.RedisVariable}");
        }

        KafkaCluster? kafka = null;
        if (external.Kafka is not null)
        {
            notes.Add($"Kafka     from {ExternalStores.KafkaVariable}");
        }
        else if (KafkaCluster.IsInstalled)
        {
            kafka = new KafkaCluster(Topic, Partitions);
            environment[ExternalStores.KafkaVariable] = kafka.BootstrapServers;
            notes.Add($"Kafka     librdkafka's three brokers, the first at {kafka.BootstrapServers.Split(',')[0]}");
        }
        else
        {
            notes.Add("Kafka     off: librdkafka is missing (Debian: sudo apt-get install librdkafka1)");
        }

        return new EmbeddedStores(garnet, kafka, environment, notes);
    }

    /// <summary>
    /// What one process alone has to know. librdkafka's brokers lose a member of a consumer group whose leader is quicker
    /// (rdkafka_mock_cgrp.c answers when the leader has synced, whoever else has not), so each log-service is a group of its own.
    /// </summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string pod) =>
        Kafka is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Kafka__GroupId"] = pod };

    public void Dispose() => Kafka?.Dispose();
}
