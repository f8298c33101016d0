namespace MessageBoard.Local.Stores;

/// <summary>
/// The embedded Kafka: <see cref="KafkaCluster"/> in a process of its own, which outlives a launcher that is frozen or killed. It runs in
/// ctx1, as on Kubernetes.
/// </summary>
internal static class KafkaBrokers
{
    // ApiVersions, version 0, of a client without a name (https://kafka.apache.org/protocol#The_Messages_ApiVersions).
    private static readonly byte[] Request = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff];

    /// <param name="addressFile">See <see cref="Installation.BrokersFile"/>.</param>
    public static ProcessSpec Spec(string addressFile) => new()
    {
        App = "kafka",
        Cluster = "ctx1",
        Pod = "kafka-ctx1-0",
        Role = ProcessRole.Store,
        Port = 0,
        FixedPort = true,
        Command = _ => [Installation.DotNet, typeof(KafkaBrokers).Assembly.Location, "brokers", addressFile],
        Environment = _ => SmallRuntime.Environment,
        IsReady = (_, cancellationToken) => IsReadyAsync(addressFile, cancellationToken),
    };

    // Until they are up the file has no addresses, or those of brokers that are gone.
    private static async Task<bool> IsReadyAsync(string addressFile, CancellationToken cancellationToken)
    {
        try
        {
            var first = (await File.ReadAllTextAsync(addressFile, cancellationToken)).Split(',')[0];
            var port = int.Parse(first[(first.IndexOf(':') + 1)..], CultureInfo.InvariantCulture);
            // The answer's length, then the number of the request that it answers.
            return await StoreProbe.AskAsync(port, Request, 8, cancellationToken) is [_, _, _, _, 0, 0, 0, 7];
        }
        catch (Exception notYet) when (notYet is IOException or FormatException or OperationCanceledException)
        {
            return false;
        }
    }
}
