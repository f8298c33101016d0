namespace MessageBoard.Local.Stores;

/// <summary>
/// The stores of a run: embedded ones where the environment names no real server, and what the services need to know of them.
/// </summary>
internal sealed record EmbeddedStores(
    ProcessSpec? Garnet, KafkaCluster? Kafka, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Notes)
    : IDisposable
{
    private const string Topic = "api-stats";

    public static EmbeddedStores Create(ExternalStores external, Installation installation, FreePorts ports)
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
            garnet = GarnetServer.Spec(installation.GarnetServer(), ports.Take());
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
        else
        {
            kafka = new KafkaCluster(Topic);
            environment[ExternalStores.KafkaVariable] = kafka.BootstrapServers;
            notes.Add($"Kafka     librdkafka's three brokers, the first at {kafka.BootstrapServers.Split(',')[0]}");
        }
        return new EmbeddedStores(garnet, kafka, environment, notes);
    }

    public void Dispose() => Kafka?.Dispose();
}
