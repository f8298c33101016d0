namespace MessageBoard.Local.Stores;

/// <summary>
/// The stores of a run: embedded ones where the environment names no real server, and what the services need to know of them.
/// </summary>
internal sealed record EmbeddedStores(
    IReadOnlyList<ProcessSpec> Processes, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Notes)
{
    public static EmbeddedStores Create(ExternalStores external, Installation installation, FreePorts ports)
    {
        var environment = new Dictionary<string, string>();
        var notes = new List<string>();
        var processes = new List<ProcessSpec>();

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

        if (external.Redis is null)
        {
            var port = ports.Take();
            var garnet = new GarnetServer(installation, port, isDatabaseEmbedded: external.MariaDb is null);
            processes.Add(garnet.Spec());
            environment[ExternalStores.RedisVariable] = garnet.ConnectionString;
            notes.Add($"Redis     Garnet, 127.0.0.1:{port}");
        }
        else
        {
            notes.Add($"Redis     from {ExternalStores.RedisVariable}"
                + (ExternalStores.HasPassword(external.Redis) ? "" : ", without a password: who reaches it can be anybody"));
        }

        if (external.Kafka is null)
        {
            processes.Add(KafkaBrokers.Spec(installation.BrokersFile));
            environment["Kafka__BootstrapServersFile"] = installation.BrokersFile;
            notes.Add($"Kafka     librdkafka's three brokers, addresses in {Installation.Shown(installation.BrokersFile)}");
        }
        else
        {
            notes.Add($"Kafka     from {ExternalStores.KafkaVariable}");
        }

        return new EmbeddedStores(processes, environment, notes);
    }
}
