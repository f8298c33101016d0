namespace MessageBoard.Shared.Events;

/// <summary>What producer and consumer share.</summary>
public static class Kafka
{
    /// <summary>The topic of all API calls.</summary>
    public const string Topic = "api-stats";

    /// <summary>The brokers (<c>Kafka:BootstrapServers</c>); null when Kafka is off.</summary>
    public static string? BootstrapServers(IConfiguration configuration) =>
        configuration["Kafka:BootstrapServers"] is { Length: > 0 } servers ? servers : null;
}
