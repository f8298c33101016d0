using Confluent.Kafka;

namespace MessageBoard.Shared.Events;

/// <summary>What producer and consumer share.</summary>
public static class Kafka
{
    /// <summary>The topic of all API calls.</summary>
    public const string Topic = "api-stats";

    /// <summary>How long a client waits at most between two tries to connect, in ms; else 10 s.</summary>
    public const int ReconnectBackoffMaxMs = 1_000;

    /// <summary>Whether Kafka is on: somebody has named brokers, or the file that names them.</summary>
    public static bool IsOn(IConfiguration configuration) =>
        FileOf(configuration) is not null || !string.IsNullOrEmpty(configuration["Kafka:BootstrapServers"]);

    /// <summary>
    /// The brokers: <c>Kafka:BootstrapServers</c>, or what the file <c>Kafka:BootstrapServersFile</c> says; null when Kafka is off.
    /// </summary>
    /// <exception cref="IOException">There is no such file.</exception>
    public static string? BootstrapServers(IConfiguration configuration) =>
        FileOf(configuration) is { } file ? File.ReadAllText(file)
        : configuration["Kafka:BootstrapServers"] is { Length: > 0 } servers ? servers
        : null;

    /// <summary>
    /// To be called with each error of a client: when no broker is left, those are asked whom the file names now. The embedded brokers of
    /// a local run listen on other ports after each start.
    /// </summary>
    public static void FindBrokersAgain(IClient client, Error error, IConfiguration configuration)
    {
        if (error.Code == ErrorCode.Local_AllBrokersDown && FileOf(configuration) is { } file && File.Exists(file))
            client.AddBrokers(File.ReadAllText(file));
    }

    private static string? FileOf(IConfiguration configuration) =>
        configuration["Kafka:BootstrapServersFile"] is { Length: > 0 } file ? file : null;
}
