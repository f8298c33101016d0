using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;

namespace MessageBoard.LogService.Calls;

/// <summary>
/// The table <c>kafka_logs</c>: the calls that came through Kafka, kept for a day, and of more than <c>Logs:MaxRows</c> (default
/// 1,000,000) the newest.
/// </summary>
internal sealed class KafkaLogStore(Database database, TimeProvider clock, IConfiguration configuration) : ISchema
{
    /// <summary>How long a call is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int BusiestPaths = 5;
    private const int DeletedAtOnce = 500;

    private readonly uint _maxRows = configuration.GetValue("Logs:MaxRows", 1_000_000u);
    private long? _trimUntil; // ms since 1970, while more of them have to go

    private const string Mine = "(@user IS NULL OR user_name = @user)";

    public IEnumerable<string> Statements =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS kafka_logs (
            id CHAR(32) NOT NULL PRIMARY KEY,
            time BIGINT NOT NULL,
            user_name VARCHAR({ApiCall.MaxName}),
            method VARCHAR({ApiCall.MaxMethod}) NOT NULL,
            path VARCHAR({ApiCall.MaxPath}) NOT NULL,
            route VARCHAR({ApiCall.MaxRoute}) NOT NULL,
            status INT NOT NULL,
            duration_ms DOUBLE NOT NULL,
            service VARCHAR({ApiCall.MaxName}) NOT NULL,
            cluster VARCHAR({ApiCall.MaxName}) NOT NULL,
            pod VARCHAR({ApiCall.MaxPod}) NOT NULL,
            trace_id CHAR(32) NOT NULL
        ){database.TableOptions}
        """,
        "CREATE INDEX IF NOT EXISTS kafka_logs_by_time ON kafka_logs (time)",
        "CREATE INDEX IF NOT EXISTS kafka_logs_by_user ON kafka_logs (user_name, time)",
    ];

    /// <summary>Adds calls; one that is there already is passed over, so that a message may come twice.</summary>
    public Task AddAsync(IReadOnlyCollection<ApiCall> calls, CancellationToken cancellationToken) =>
        calls.Count == 0 ? Task.CompletedTask : database.ExecuteManyAsync(
            $"""
            {database.InsertIgnore} INTO kafka_logs
                (id, time, user_name, method, path, route, status, duration_ms, service, cluster, pod, trace_id)
            VALUES (@Id, @Time, @User, @Method, @Path, @Route, @Status, @DurationMs, @Service, @Cluster, @Pod, @TraceId)
            """,
            [.. calls.Select(Row.Of)],
            cancellationToken);

    /// <summary>Deletes the oldest of those that are no longer kept, so few that others wait for it no longer than for an insert.</summary>
    /// <returns>Whether there are more.</returns>
    public async Task<bool> TrimAsync(CancellationToken cancellationToken)
    {
        // Of those beyond the most the newest: it has to go, and all before it.
        _trimUntil ??= Math.Max(
            Ago(Kept),
            await database.QuerySingleOrDefaultAsync<long?>(
                "SELECT time FROM kafka_logs ORDER BY time DESC LIMIT 1 OFFSET @maxRows", new { maxRows = _maxRows }, cancellationToken)
                ?? 0);
        // A table of a table, because MariaDB knows no LIMIT within IN, and SQLite none of a DELETE.
        var deleted = await database.ExecuteAsync(
            """
            DELETE FROM kafka_logs WHERE id IN
                (SELECT id FROM (SELECT id FROM kafka_logs WHERE time <= @until ORDER BY time LIMIT @limit) AS oldest)
            """,
            new { until = _trimUntil, limit = DeletedAtOnce }, cancellationToken);
        if (deleted == DeletedAtOnce)
            return true;

        _trimUntil = null;
        return false;
    }

    /// <summary>The newest calls, newest first; of one user, or with null of all.</summary>
    public async Task<IReadOnlyList<ApiCall>> NewestAsync(string? user, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
            SELECT id AS Id, time AS Time, user_name AS User, method AS Method, path AS Path, route AS Route, status AS Status,
                   duration_ms AS DurationMs, service AS Service, cluster AS Cluster, pod AS Pod, trace_id AS TraceId
            FROM kafka_logs WHERE {Mine} ORDER BY time DESC LIMIT @limit
            """,
            new { user, limit }, cancellationToken);
        return [.. rows.Select(row => row.ToCall())];
    }

    /// <summary>Figures of the last minutes; of one user, or with null of all.</summary>
    public async Task<CallStats> StatsAsync(string? user, int minutes, CancellationToken cancellationToken)
    {
        var parameters = new { user, since = Ago(TimeSpan.FromMinutes(minutes)), limit = BusiestPaths };
        var where = $"time >= @since AND {Mine}";
        var (requests, errors) = await database.QuerySingleOrDefaultAsync<(long, long)>(
            $"SELECT COUNT(*), COALESCE(SUM(CASE WHEN status >= 500 THEN 1 ELSE 0 END), 0) FROM kafka_logs WHERE {where}", parameters,
            cancellationToken);
        var p95 = requests == 0
            ? (double?)null
            : await database.QuerySingleOrDefaultAsync<double>(
                $"SELECT duration_ms FROM kafka_logs WHERE {where} ORDER BY duration_ms LIMIT 1 OFFSET @rank",
                new { user, parameters.since, rank = (long)Math.Ceiling(requests * 0.95) - 1 }, cancellationToken);
        var paths = await database.QueryAsync<PathCount>(
            $"SELECT route AS Path, COUNT(*) AS Requests FROM kafka_logs WHERE {where} GROUP BY route ORDER BY COUNT(*) DESC, route "
                + "LIMIT @limit", parameters, cancellationToken);
        return new(minutes, requests, Math.Round((double)requests / minutes, 2), errors, p95, paths);
    }

    private long Ago(TimeSpan age) => (clock.GetUtcNow() - age).ToUnixTimeMilliseconds();

    private sealed class Row
    {
        public required string Id { get; init; }

        public required long Time { get; init; }

        public required string? User { get; init; }

        public required string Method { get; init; }

        public required string Path { get; init; }

        public required string Route { get; init; }

        public required int Status { get; init; }

        public required double DurationMs { get; init; }

        public required string Service { get; init; }

        public required string Cluster { get; init; }

        public required string Pod { get; init; }

        public required string TraceId { get; init; }

        public static Row Of(ApiCall call) => new()
        {
            Id = call.Id,
            Time = call.Time.ToUnixTimeMilliseconds(),
            User = call.User,
            Method = call.Method,
            Path = call.Path,
            Route = call.Route,
            Status = call.Status,
            DurationMs = call.DurationMs,
            Service = call.Service,
            Cluster = call.Cluster,
            Pod = call.Pod,
            TraceId = call.TraceId,
        };

        public ApiCall ToCall() =>
            new(Id, DateTimeOffset.FromUnixTimeMilliseconds(Time), User, Method, Path, Route, Status, DurationMs, Service, Cluster, Pod,
                TraceId);
    }
}

/// <summary>Figures of the last minutes.</summary>
/// <param name="Minutes">How many minutes.</param>
/// <param name="Requests">All calls.</param>
/// <param name="RequestsPerMinute">The same a minute.</param>
/// <param name="Errors">Those that ended with a 5xx status.</param>
/// <param name="P95Ms">95 % took no longer, in ms; null without calls.</param>
/// <param name="Paths">The busiest routes, busiest first.</param>
internal sealed record CallStats(
    int Minutes, long Requests, double RequestsPerMinute, long Errors, double? P95Ms, IReadOnlyList<PathCount> Paths);

/// <summary>How often a route was called.</summary>
internal sealed class PathCount
{
    public required string Path { get; init; }

    public required long Requests { get; init; }
}
