using MessageBoard.Shared.Telemetry;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Polly;
using StackExchange.Redis;

namespace MessageBoard.Shared.Stores;

/// <summary>Redis (<c>ConnectionStrings:Redis</c>). Every command has a timeout; the connection comes back by itself.</summary>
public sealed class Redis : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromMilliseconds(100);

    // A Redis that restarts is back within a second, mostly: what was never sent is tried again, for less than the second that callers
    // wait.
    private static readonly ResiliencePipeline Retry = new ResiliencePipelineBuilder()
        .AddRetry(new()
        {
            ShouldHandle = new PredicateBuilder().Handle<RedisConnectionException>(failure => failure.CommandStatus != CommandStatus.Sent),
            MaxRetryAttempts = 8,
            Delay = Pause,
        })
        .Build();

    private readonly OutgoingCalls _calls;
    private readonly Lazy<Task<ConnectionMultiplexer>> _connection;

    /// <summary>Connects at the first command.</summary>
    public Redis(IConfiguration configuration, OutgoingCalls calls)
    {
        _calls = calls;
        var options = ConfigurationOptions.Parse(configuration.GetConnectionString("Redis") ?? "127.0.0.1:6379");
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = options.AsyncTimeout = (int)Timeout.TotalMilliseconds;
        // There is one server: no vote on which is the primary, and no second connection on which to hear of another.
        options.TieBreaker = options.ConfigurationChannel = "";
        // What its caller has been told failed is not sent later on.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        // At each heartbeat; the default's pauses grow to 10 s.
        options.HeartbeatInterval = Pause;
        options.ReconnectRetryPolicy = new LinearRetry((int)Pause.TotalMilliseconds);
        _connection = new(async () =>
        {
            var connection = await ConnectionMultiplexer.ConnectAsync(options);
            RedisTrace.Watch(connection);
            return connection;
        });
    }

    /// <summary>Runs a command, or a batch of some.</summary>
    /// <param name="command">The command.</param>
    /// <param name="transaction">What its span is called if it is a transaction, of which the client tells no more than EXEC.</param>
    /// <returns>Redis's answer.</returns>
    /// <exception cref="StoreUnavailableException">Redis cannot be reached, refuses the command, or does not answer within a
    /// second.</exception>
    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command, string? transaction = null)
    {
        var started = Stopwatch.GetTimestamp();
        var trace = RedisTrace.Begin();
        Exception? failure = null;
        try
        {
            return await AskAsync(command);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            failure = exception;
            throw new StoreUnavailableException(StoreUnavailableException.Redis, exception);
        }
        finally
        {
            DatabaseMetrics.Record("redis", null, started, failure);
            _calls.Count(CallTarget.Redis, started, failure is not null);
            if (trace is not null)
                RedisTrace.End(trace, failure, transaction);
        }
    }

    /// <summary>
    /// Runs a command that is nobody's request: it is no span, in no metric and not among <see cref="OutgoingCalls"/>.
    /// </summary>
    /// <returns>Redis's answer.</returns>
    /// <exception cref="StoreUnavailableException">As of <see cref="RunAsync"/>.</exception>
    public async Task<T> RunUnseenAsync<T>(Func<IDatabase, Task<T>> command)
    {
        try
        {
            return await AskAsync(command);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            throw new StoreUnavailableException(StoreUnavailableException.Redis, exception);
        }
    }

    /// <summary>Degraded without Redis: what needs no session works on.</summary>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await RunUnseenAsync(redis => redis.PingAsync());
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

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> command)
    {
        var connection = await _connection.Value.WaitAsync(Timeout);
        return await Retry.ExecuteAsync(async _ => await command(connection.GetDatabase()), CancellationToken.None)
            .AsTask().WaitAsync(Timeout);
    }
}
