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

    private const int DeletedAtOnce = 500;

    private readonly uint _maxRows = configuration.GetValue("Logs:MaxRows", 1_000_000u);
    private long? _trimUntil; // ms since 1970, while more of them have to go

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
        "CREATE INDEX IF NOT EXISTS kafka_logs_by_trace ON kafka_logs (trace_id)",
    ];

    public IEnumerable<AddedColumn> AddedColumns =>
    [
        new("kafka_logs", "answered_by", $"VARCHAR({ApiCall.MaxMethod}) NOT NULL DEFAULT '{ApiCall.ByService}'"),
        new("kafka_logs", "flags", $"VARCHAR({ApiCall.MaxName})"),
    ];

    /// <summary>Adds calls; one that is there already is passed over, so that a message may come twice.</summary>
    public Task AddAsync(IReadOnlyCollection<ApiCall> calls, CancellationToken cancellationToken) =>
        calls.Count == 0 ? Task.CompletedTask : database.ExecuteManyAsync(
            $"""
            {database.InsertIgnore} INTO kafka_logs
                (id, time, user_name, method, path, route, status, duration_ms, service, cluster, pod, trace_id, answered_by, flags)
            VALUES (@Id, @Time, @User, @Method, @Path, @Route, @Status, @DurationMs, @Service, @Cluster, @Pod, @TraceId, @AnsweredBy,
                @Flags)
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

    /// <summary>The newest calls that a filter lets through, newest first.</summary>
    public async Task<IReadOnlyList<ApiCall>> NewestAsync(CallFilter filter, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
            SELECT id AS Id, time AS Time, user_name AS User, method AS Method, path AS Path, route AS Route, status AS Status,
                   duration_ms AS DurationMs, service AS Service, cluster AS Cluster, pod AS Pod, trace_id AS TraceId,
                   answered_by AS AnsweredBy, flags AS Flags
            FROM kafka_logs WHERE {filter.ToSql()} ORDER BY time DESC LIMIT @limit
            """,
            filter.ToParameters(new { limit }), cancellationToken);
        return [.. rows.Select(row => row.ToCall())];
    }

    /// <summary>Figures of each of some windows, in minutes, of the calls that a filter lets through.</summary>
    public async Task<IReadOnlyList<CallStats>> StatsAsync(CallFilter filter, int[] windows, CancellationToken cancellationToken)
    {
        var stats = new List<CallStats>();
        foreach (var minutes in windows)
            stats.Add(await StatsAsync(filter, minutes, cancellationToken));

        return stats;
    }

    private async Task<CallStats> StatsAsync(CallFilter filter, int minutes, CancellationToken cancellationToken)
    {
        var since = Ago(TimeSpan.FromMinutes(minutes));
        var where = $"time >= @since AND {filter.ToSql()}";
        var parameters = filter.ToParameters(new { since, mesh = ApiCall.ByMesh, limit = CallStats.BusiestPaths });
        var (requests, errors, meshErrors) = await database.QuerySingleOrDefaultAsync<(long, long, long)>(
            $"""
            SELECT COUNT(*), COALESCE(SUM(CASE WHEN status >= 500 THEN 1 ELSE 0 END), 0),
                   COALESCE(SUM(CASE WHEN status >= 500 AND answered_by = @mesh THEN 1 ELSE 0 END), 0)
            FROM kafka_logs WHERE {where}
            """,
            parameters, cancellationToken);
        var p95 = requests == 0
            ? (double?)null
            : await database.QuerySingleOrDefaultAsync<double>(
                $"SELECT duration_ms FROM kafka_logs WHERE {where} ORDER BY duration_ms LIMIT 1 OFFSET @rank",
                filter.ToParameters(new { since, rank = (long)Math.Ceiling(requests * 0.95) - 1 }), cancellationToken);
        var paths = await database.QueryAsync<PathCount>(
            $"SELECT route AS Path, COUNT(*) AS Requests FROM kafka_logs WHERE {where} GROUP BY route ORDER BY COUNT(*) DESC, route "
                + "LIMIT @limit", parameters, cancellationToken);
        return new(minutes, requests, errors, meshErrors, p95, paths);
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

        /// <summary>Empty for none, as the column was made when each call had one.</summary>
        public required string Cluster { get; init; }

        /// <summary>Empty for none.</summary>
        public required string Pod { get; init; }

        public required string TraceId { get; init; }

        public required string AnsweredBy { get; init; }

        public required string? Flags { get; init; }

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
            Cluster = call.Cluster ?? "",
            Pod = call.Pod ?? "",
            TraceId = call.TraceId,
            AnsweredBy = call.AnsweredBy,
            Flags = call.Flags,
        };

        public ApiCall ToCall() =>
            new(Id, DateTimeOffset.FromUnixTimeMilliseconds(Time), User, Method, Path, Route, Status, DurationMs, Service, OrNull(Cluster),
                OrNull(Pod), TraceId, AnsweredBy, Flags);

        private static string? OrNull(string text) => text.Length > 0 ? text : null;
    }
}
