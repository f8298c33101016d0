using System.Diagnostics;
using MessageBoard.Shared.Telemetry;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace MessageBoard.Shared.Stores;

/// <summary>Redis (<c>ConnectionStrings:Redis</c>). Every command is a span and has a timeout; the connection comes back by itself.</summary>
public sealed class Redis : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Lazy<Task<ConnectionMultiplexer>> _connection;

    /// <summary>Connects at the first command.</summary>
    public Redis(IConfiguration configuration)
    {
        var options = ConfigurationOptions.Parse(configuration.GetConnectionString("Redis") ?? "127.0.0.1:6379");
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = (int)Timeout.TotalMilliseconds;
        _connection = new(() => ConnectionMultiplexer.ConnectAsync(options));
    }

    /// <summary>Runs a command.</summary>
    /// <returns>Redis's answer; cast it to what the command gives.</returns>
    /// <exception cref="StoreUnavailableException">Redis cannot be reached, refuses the command, or does not answer within a second.</exception>
    public async Task<RedisResult> ExecuteAsync(string command, params object[] arguments)
    {
        // https://opentelemetry.io/docs/specs/semconv/database/redis/; without arguments, because keys and values are secrets.
        using var span = Tracing.Source.StartActivity(command, ActivityKind.Client)
            ?.SetTag("db.system.name", "redis")
            .SetTag("db.operation.name", command);
        try
        {
            var connection = await _connection.Value.WaitAsync(Timeout);
            return await connection.GetDatabase().ExecuteAsync(command, arguments).WaitAsync(Timeout);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            throw new StoreUnavailableException("Redis", exception);
        }
    }

    /// <summary>Degraded without Redis: what needs no session works on.</summary>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await ExecuteAsync("PING");
            return HealthCheckResult.Healthy();
        }
        catch (StoreUnavailableException exception)
        {
            return HealthCheckResult.Degraded(exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_connection is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } connection })
            connection.Result.Dispose();
    }
}
