using System.Globalization;
using MessageBoard.Gateway.Telemetry.Otlp;
using Microsoft.AspNetCore.WebUtilities;

namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>
/// The .NET Aspire dashboard, by its telemetry API
/// (https://github.com/microsoft/aspire/blob/main/src/Aspire.Dashboard/DashboardEndpointsBuilder.cs).
/// </summary>
/// <param name="settings">Address and keys.</param>
internal sealed class AspireStore(TelemetrySettings settings) : ITelemetryStore, IDisposable
{
    // It has no filter for a cluster, and takes part of a service's name for the whole: more is read than wanted.
    private const int MaxLogs = 1_000;

    // Of LogLevels.Names, as .NET calls them.
    private static readonly string[] Severities = ["trace", "debug", "information", "warning", "error", "critical"];

    private readonly StoreClient _client = new(
        settings.Aspire!, settings.AspireApiKey is { Length: > 0 } key ? [new("x-api-key", key)] : []);

    /// <inheritdoc/>
    public string Kind => "aspire";

    /// <inheritdoc/>
    public bool HasTraces => true;

    /// <inheritdoc/>
    public bool HasLogs => true;

    /// <inheritdoc/>
    public async Task<StoredTrace?> FindTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        using var answer = await _client.GetAsync($"api/telemetry/traces/{traceId}", cancellationToken);
        return StoredTrace.Of(OtlpJson.ReadSpans((answer?.RootElement ?? default).Member("data")));
    }

    /// <inheritdoc/>
    /// <remarks>It would read all traces that it has to give the newest ones, for seconds and in a memory that is limited.</remarks>
    public Task<IReadOnlyList<TraceSummary>?> SearchAsync(TraceQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TraceSummary>?>(null);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LogLine>> ReadLogsAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var limit = query.Service is null && query.Cluster is null ? query.Limit : MaxLogs;
        var path = QueryHelpers.AddQueryString("api/telemetry/logs", new Dictionary<string, string?>
        {
            ["limit"] = limit.ToString(CultureInfo.InvariantCulture),
            ["traceId"] = query.TraceId,
            ["severity"] = query.Level is { } level ? Severities[LogLevels.IndexOf(level)] : null,
            ["search"] = query.Service is { } service ? $"resource:{service}" : null,
        });
        using var answer = await _client.GetAsync(path, cancellationToken);
        return
        [
            .. OtlpJson.ReadLogs((answer?.RootElement ?? default).Member("data")).Where(query.Matches)
                .OrderByDescending(line => line.Time).Take(query.Limit),
        ];
    }

    /// <inheritdoc/>
    public string PageOf(string traceId, bool isAdmin)
    {
        var path = $"traces/detail/{traceId}";
        return new Uri(settings.Aspire!, isAdmin && settings.AspireBrowserToken is { Length: > 0 } token
            ? $"login?t={Uri.EscapeDataString(token)}&returnUrl={Uri.EscapeDataString($"/{path}")}"
            : path).AbsoluteUri;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
