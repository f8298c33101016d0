using System.Net;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Telemetry;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace MessageBoard.Shared.Stores;

/// <summary>
/// A span for each command that belongs to a trace that is kept
/// (https://opentelemetry.io/docs/specs/semconv/database/redis/). Neither keys nor values are told: keys have users' names.
/// </summary>
internal static class RedisTrace
{
    private static readonly AsyncLocal<ProfilingSession?> Session = new();

    /// <summary>Has the connection note the commands of those who have called <see cref="Begin"/>.</summary>
    public static void Watch(IConnectionMultiplexer connection) => connection.RegisterProfiler(static () => Session.Value);

    /// <summary>Begins to note the caller's commands; null, if nothing is kept.</summary>
    public static ProfilingSession? Begin() =>
        Activity.Current is { Recorded: true } ? Session.Value = new() : null;

    /// <summary>Makes the spans of what was noted.</summary>
    /// <param name="session">What <see cref="Begin"/> gave.</param>
    /// <param name="failure">Why there was no answer; null when there was one.</param>
    /// <param name="transaction">What a transaction is called; null where there is none.</param>
    public static void End(ProfilingSession session, Exception? failure, string? transaction)
    {
        Session.Value = null;
        foreach (var command in session.FinishProfiling())
        {
            var name = command.Command == "EXEC" ? transaction ?? command.Command : command.Command;
            var span = Start(name, command.CommandCreated)
                ?.SetTag("db.operation.name", name)
                .SetTag("db.namespace", $"{command.Db}");
            Address(span, command.EndPoint);
            span?.SetEndTime(command.CommandCreated + command.ElapsedTime);
            span?.Stop();
        }

        if (failure is not null)
        {
            using var span = Start("redis", DateTime.UtcNow); // of a command without an answer nothing is noted
            span?.Fail(failure.GetType().FullName!);
        }
    }

    private static Activity? Start(string name, DateTime time) =>
        Tracing.Source.StartActivity(name, ActivityKind.Client, default(ActivityContext), startTime: time)
            ?.SetTag("db.system.name", "redis");

    private static void Address(Activity? span, EndPoint? endPoint)
    {
        var (host, port) = endPoint switch
        {
            DnsEndPoint dns => (dns.Host, dns.Port),
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            _ => ("", 0),
        };
        if (port != 0)
            span?.SetTag("server.address", host).SetTag("server.port", port);
    }
}
