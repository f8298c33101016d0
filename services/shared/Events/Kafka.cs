namespace MessageBoard.Shared.Events;

/// <summary>What producer and consumer share.</summary>
public static partial class Kafka
{
    /// <summary>The topic of all API calls.</summary>
    public const string Topic = "api-stats";

    static Kafka() => UseDebiansLibrary();

    /// <summary>The brokers (<c>Kafka:BootstrapServers</c>); null when Kafka is off.</summary>
    public static string? BootstrapServers(IConfiguration configuration) =>
        configuration["Kafka:BootstrapServers"] is { Length: > 0 } servers ? servers : null;

    // Only the fallback package set needs it. The full one brings librdkafka along, and a client that may resolve it by
    // itself: an assembly bears one resolver.
    static partial void UseDebiansLibrary();
}
