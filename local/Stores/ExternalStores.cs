using System.Net.Sockets;
using Confluent.Kafka;
using MySqlConnector;
using StackExchange.Redis;

namespace MessageBoard.Local.Stores;

/// <summary>
/// The real servers a person named in the environment, which replace the embedded ones. The services inherit the variables.
/// </summary>
internal sealed record ExternalStores(string? MariaDb, string? Redis, string? Kafka)
{
    public const string MariaDbVariable = "ConnectionStrings__MariaDb";
    public const string RedisVariable = "ConnectionStrings__Redis";
    public const string KafkaVariable = "Kafka__BootstrapServers";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static ExternalStores FromEnvironment() => new(Read(MariaDbVariable), Read(RedisVariable), Read(KafkaVariable));

    /// <summary>Asks each whether it is there. The launcher loads only the client libraries of those.</summary>
    /// <exception cref="LaunchException">One is not: names the variable and the address, never what else the variable says.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var refusals = await Task.WhenAll(
            MariaDb is null ? Nothing : CheckMariaDbAsync(MariaDb, cancellationToken),
            Redis is null ? Nothing : CheckRedisAsync(Redis),
            Kafka is null ? Nothing : Task.Run(() => CheckKafka(Kafka), cancellationToken)).WaitAsync(cancellationToken);

        if (refusals.OfType<string>().ToList() is { Count: > 0 } found)
            throw new LaunchException(string.Join(Environment.NewLine, found), ExitCodes.BadInput);
    }

    /// <summary>Whether a Redis's connection string has a password.</summary>
    public static bool HasPassword(string redis) => !string.IsNullOrEmpty(ConfigurationOptions.Parse(redis).Password);

    private static Task<string?> Nothing => Task.FromResult<string?>(null);

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static async Task<string?> CheckMariaDbAsync(string connectionString, CancellationToken cancellationToken)
    {
        MySqlConnectionStringBuilder server;
        try
        {
            server = new(connectionString) { ConnectionTimeout = (uint)Patience.TotalSeconds, Pooling = false };
            _ = server.Port;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException)
        {
            return $"{MariaDbVariable} is not a connection string (Server=…;Port=3306;Database=…;User ID=…;Password=…).";
        }

        try
        {
            await using var connection = new MySqlConnection(server.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await connection.PingAsync(cancellationToken);
            return null;
        }
        catch (MySqlException refusal)
        {
            var reason = refusal.GetBaseException() switch
            {
                SocketException { SocketErrorCode: SocketError.OperationAborted } => $"no answer within {Patience.TotalSeconds:0} s",
                var cause when refusal.ErrorCode == MySqlErrorCode.UnableToConnectToHost => $"it does not connect ({cause.Message})",
                _ => refusal.Message,
            };
            return $"{MariaDbVariable}: {server.Server}:{server.Port}: {reason}.";
        }
    }

    private static async Task<string?> CheckRedisAsync(string configuration)
    {
        ConfigurationOptions servers;
        try
        {
            servers = ConfigurationOptions.Parse(configuration);
        }
        catch (ArgumentException)
        {
            return $"{RedisVariable} cannot be read (host:port,password=…).";
        }

        if (servers.EndPoints.Count == 0)
            return $"{RedisVariable} names no address (host:port).";

        servers.AbortOnConnectFail = true;
        servers.ConnectRetry = 1;
        servers.ConnectTimeout = (int)Patience.TotalMilliseconds;
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(servers);
            await connection.GetDatabase().PingAsync();
            return null;
        }
        catch (RedisException refusal)
        {
            var reason = (refusal as RedisConnectionException)?.FailureType switch
            {
                ConnectionFailureType.AuthenticationFailure when servers.Password is null => "the server wants a password",
                ConnectionFailureType.AuthenticationFailure => "the server refuses the user or the password",
                _ => "it does not connect, or is not Redis",
            };
            return $"{RedisVariable}: {string.Join(',', servers.EndPoints.Select(EndPointCollection.ToString))}: {reason}.";
        }
    }

    private static string? CheckKafka(string servers)
    {
        Error? why = null;
        var config = new AdminClientConfig { BootstrapServers = servers };
        using var client = new AdminClientBuilder(config).SetErrorHandler((_, error) => why ??= error).SetLogHandler((_, _) => { }).Build();
        try
        {
            client.GetMetadata(Patience);
            return null;
        }
        catch (KafkaException refusal)
        {
            return $"{KafkaVariable}: {servers}: " + (why is { Code: ErrorCode.Local_Transport or ErrorCode.Local_Resolve } refused
                ? $"it does not connect ({refused.Reason})."
                : $"no answer as Kafka's within {Patience.TotalSeconds:0} s ({refusal.Error.Reason}).");
        }
    }
}
