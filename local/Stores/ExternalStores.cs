using System.Data.Common;
using System.Globalization;

namespace MessageBoard.Local.Stores;

/// <summary>The real servers a person named in the environment, which replace the embedded ones. The services inherit the variables.</summary>
internal sealed record ExternalStores(string? MariaDb, string? Redis, string? Kafka)
{
    public const string MariaDbVariable = "ConnectionStrings__MariaDb";
    public const string RedisVariable = "ConnectionStrings__Redis";
    public const string KafkaVariable = "Kafka__BootstrapServers";

    public static ExternalStores FromEnvironment() => new(Read(MariaDbVariable), Read(RedisVariable), Read(KafkaVariable));

    /// <summary>Asks each whether it is there.</summary>
    /// <exception cref="LaunchException">One is not: names the variable and the address, never what else the variable says.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var refusals = await Task.WhenAll(
            MariaDb is null ? Nothing : CheckMariaDbAsync(MariaDb, cancellationToken),
            Redis is null ? Nothing : CheckRedisAsync(Redis, cancellationToken),
            Kafka is null ? Nothing : CheckKafkaAsync(Kafka, cancellationToken));

        if (refusals.OfType<string>().ToList() is { Count: > 0 } found)
            throw new LaunchException(string.Join(Environment.NewLine, found), ExitCodes.BadInput);
    }

    private static Task<string?> Nothing => Task.FromResult<string?>(null);

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static async Task<string?> CheckMariaDbAsync(string connectionString, CancellationToken cancellationToken)
    {
        DbConnectionStringBuilder parts;
        try
        {
            parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            return $"{MariaDbVariable} is not a connection string (Server=…;Port=3306;Database=…;User ID=…;Password=…).";
        }

        var host = Part("Server") ?? Part("Host") ?? Part("Data Source") ?? Part("DataSource") ?? Part("Address") ?? "localhost";
        if (!int.TryParse(Part("Port") ?? "3306", NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return $"{MariaDbVariable}: its Port is not a number.";

        return Sentence(MariaDbVariable, host, port, await ServerHello.MariaDbAsync(host, port, cancellationToken));

        string? Part(string key) => parts.TryGetValue(key, out var value) ? (string)value : null;
    }

    /// <summary>StackExchange.Redis's form: addresses and options, separated by commas.</summary>
    private static async Task<string?> CheckRedisAsync(string configuration, CancellationToken cancellationToken)
    {
        var parts = configuration.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var options = parts.Where(part => part.Contains('=')).Select(part => part.Split('=', 2))
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var addresses = parts.Where(part => !part.Contains('='));

        return await CheckAnyAsync(RedisVariable, addresses, 6379, async (host, port) => await ServerHello.RedisAsync(
            host, port, options.GetValueOrDefault("user"), options.GetValueOrDefault("password"), cancellationToken));
    }

    private static Task<string?> CheckKafkaAsync(string servers, CancellationToken cancellationToken) => CheckAnyAsync(
        KafkaVariable,
        servers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        9092,
        (host, port) => ServerHello.KafkaAsync(host, port, cancellationToken));

    /// <summary>Of several addresses of a cluster one that answers is enough.</summary>
    private static async Task<string?> CheckAnyAsync(string variable, IEnumerable<string> addresses, int defaultPort, Func<string, int, Task<string?>> ask)
    {
        string? refusal = $"{variable} names no address (host:port).";
        foreach (var address in addresses)
        {
            var colon = address.LastIndexOf(':');
            var host = colon < 0 ? address : address[..colon];
            var port = defaultPort;
            if (colon >= 0 && !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
                return $"{variable}: the port of {address} is not a number.";

            refusal = Sentence(variable, host, port, await ask(host, port));
            if (refusal is null)
                return null;
        }

        return refusal;
    }

    private static string? Sentence(string variable, string host, int port, string? refusal) =>
        refusal is null ? null : $"{variable}: {host}:{port}: {refusal}.";
}
