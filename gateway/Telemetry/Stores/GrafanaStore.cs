using System.Globalization;
using MessageBoard.Gateway.Telemetry.Otlp;
using Microsoft.AspNetCore.WebUtilities;

namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>
/// Tempo for traces (https://grafana.com/docs/tempo/latest/api_docs/) and Loki for logs
/// (https://grafana.com/docs/loki/latest/reference/loki-http-api/), either of which may be missing. Texts in queries have to be plain:
/// they are put between quotation marks as they are.
/// </summary>
internal sealed class GrafanaStore : ITelemetryStore, IDisposable
{
    // What its resources say, and the data source's id in Grafana.
    private const string Namespace = "messageboard", DataSource = "tempo";

    private static readonly TimeSpan LookBack = TimeSpan.FromHours(24);

    private readonly StoreClient? _tempo, _loki;
    private readonly Uri? _grafana;
    private readonly TimeProvider _clock;

    /// <summary>Makes the clients.</summary>
    public GrafanaStore(TelemetrySettings settings, TimeProvider clock)
    {
        (_grafana, _clock) = (settings.Grafana, clock);
        _tempo = settings.Tempo is { } tempo ? new(tempo, KeyValuePair.Create("Accept", "application/json")) : null;
        _loki = settings.Loki is { } loki
            ? new(loki, KeyValuePair.Create("X-Loki-Response-Encoding-Flags", "categorize-labels"))
            : null;
    }

    /// <inheritdoc/>
    public string Kind => "grafana";

    /// <inheritdoc/>
    public bool HasTraces => _tempo is not null;

    /// <inheritdoc/>
    public bool HasLogs => _loki is not null;

    /// <inheritdoc/>
    public async Task<StoredTrace?> FindTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        using var answer = await _tempo!.GetAsync($"api/v2/traces/{traceId}", cancellationToken);
        var data = answer?.RootElement ?? default;
        return StoredTrace.Of(OtlpJson.ReadSpans(data.Member("trace")), data.Text("status") == "PARTIAL");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TraceSummary>?> SearchAsync(TraceQuery query, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var path = QueryHelpers.AddQueryString("api/search", new Dictionary<string, string?>
        {
            ["q"] = TraceQl(query),
            ["limit"] = query.Limit.ToString(CultureInfo.InvariantCulture),
            ["start"] = Seconds(now - LookBack),
            ["end"] = Seconds(now),
        });
        using var answer = await _tempo!.GetAsync(path, cancellationToken);
        return
        [
            .. from item in (answer?.RootElement ?? default).Items("traces")
               let id = TraceId(item.Text("traceID"))
               where id is not null
               let services = item.Member("serviceStats").NamedMembers().Select(service => service.Value).ToList()
               select new TraceSummary(
                   id, item.Text("rootTraceName") ?? "", item.Text("rootServiceName") ?? "",
                   OtlpJson.Time(item.Number("startTimeUnixNano")), item.Number("durationMs"),
                   (int)services.Sum(service => service.Number("spanCount")),
                   services.Exists(service => service.Number("errorCount") > 0)) into found
               where query.Error is not { } error || found.Error == error
               orderby found.StartTime descending
               select found,
        ];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LogLine>> ReadLogsAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var path = QueryHelpers.AddQueryString("loki/api/v1/query_range", new Dictionary<string, string?>
        {
            ["query"] = LogQl(query),
            ["limit"] = query.Limit.ToString(CultureInfo.InvariantCulture),
            ["direction"] = "backward",
            ["since"] = string.Create(CultureInfo.InvariantCulture, $"{LookBack.TotalHours}h"),
        });
        using var answer = await _loki!.GetAsync(path, cancellationToken);
        return
        [
            .. from stream in (answer?.RootElement ?? default).Member("data").Items("result")
               from entry in stream.Items("values")
               let line = ReadLine(stream.Member("stream"), [.. entry.Items()])
               where line is not null
               orderby line.Time descending
               select line,
        ];
    }

    /// <inheritdoc/>
    public string? PageOf(string traceId, bool isAdmin)
    {
        if (_grafana is null)
            return null;

        // https://grafana.com/docs/grafana/latest/explore/get-started-with-explore/#generate-explore-urls-from-external-tools
        var panes = JsonSerializer.Serialize(new
        {
            trace = new
            {
                datasource = DataSource,
                queries = new[]
                {
                    new { refId = "A", datasource = new { type = "tempo", uid = DataSource }, queryType = "traceql", query = traceId },
                },
                range = new { from = "now-24h", to = "now" },
            },
        });
        return new Uri(_grafana, $"explore?schemaVersion=1&orgId=1&panes={Uri.EscapeDataString(panes)}").AbsoluteUri;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tempo?.Dispose();
        _loki?.Dispose();
    }

    /// <summary>The query in TraceQL (https://grafana.com/docs/tempo/latest/traceql/construct-traceql-queries/).</summary>
    internal static string TraceQl(TraceQuery query)
    {
        var own = query.Service is { } service
            ? $"resource.service.name = \"{service}\""
            : $"resource.k8s.namespace.name = \"{Namespace}\"";
        var duration = query.MinDurationMs > 0
            ? string.Create(CultureInfo.InvariantCulture, $" && trace:duration >= {query.MinDurationMs}ms")
            : "";
        return $"{{ {own}{duration} }}{(query.Error == true ? " && { status = error }" : "")}";
    }

    /// <summary>The query in LogQL (https://grafana.com/docs/loki/latest/query/log_queries/).</summary>
    internal static string LogQl(LogQuery query)
    {
        List<string> labels = [$"k8s_namespace_name=\"{Namespace}\""];
        if (query.Service is { } service)
            labels.Add($"service_name=\"{service}\"");

        if (query.Cluster is { } cluster)
            labels.Add($"k8s_cluster_name=\"{cluster}\"");

        var trace = query.TraceId is { } id ? $" | trace_id=\"{id}\"" : "";
        var level = query.Level is null or "trace"
            ? ""
            : $" | {string.Join(" or ", LevelsFrom(query.Level).Select(level => $"detected_level=\"{level}\""))}";
        return $"{{{string.Join(", ", labels)}}}{trace}{level}";
    }

    // Loki has a word of its own for .NET's worst.
    private static IEnumerable<string> LevelsFrom(string level) =>
        [.. LogLevels.Names.Skip(LogLevels.IndexOf(level)), "critical"];

    private static LogLine? ReadLine(JsonElement labels, JsonElement[] entry)
    {
        if (entry is not [{ ValueKind: JsonValueKind.String } time, { ValueKind: JsonValueKind.String } text, ..]
            || !long.TryParse(time.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds))
            return null;

        var known = new Dictionary<string, object?>();
        var more = entry.Length > 2 ? entry[2] : default;
        foreach (var owner in (JsonElement[])[labels, more.Member("structuredMetadata"), more.Member("parsed")])
        {
            foreach (var member in owner.NamedMembers())
                known[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText();
        }

        return new()
        {
            Time = OtlpJson.Time(nanoseconds),
            Message = text.GetString()!,
            Level = Level(Take("detected_level"), Take("severity_number")),
            Service = Take("service_name") ?? "",
            Cluster = Take("k8s_cluster_name"),
            Pod = Take("k8s_pod_name"),
            Category = Take("scope_name"),
            TraceId = OtlpJson.Id(Take("trace_id"), OtlpJson.TraceIdBytes),
            SpanId = OtlpJson.Id(Take("span_id"), OtlpJson.SpanIdBytes),
            Attributes = known,
        };

        string? Take(string name) => known.Remove(name, out var value) ? (string?)value : null;
    }

    private static string Level(string? word, string? number) => word switch
    {
        "critical" => "fatal",
        { } level when LogLevels.IndexOf(level) >= 0 => level,
        _ => LogLevels.Of(long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var severity) ? severity : 0),
    };

    // Tempo leaves zeros at the start out.
    private static string? TraceId(string? text) => OtlpJson.Id(text?.PadLeft(OtlpJson.TraceIdBytes * 2, '0'), OtlpJson.TraceIdBytes);

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
