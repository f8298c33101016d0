using System.Net.Http.Json;
using System.Text.Json;

namespace MessageBoard.Scripts.Tests.Local;

/// <summary>A whole run and Debian's Prometheus, with the project's alerts at a pace for tests.</summary>
public sealed partial class PrometheusTests : IAsyncDisposable
{
    private const string DryRun = """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: dry-run, annotations: {istio.io/dry-run: 'true'}}
        spec: {action: DENY, rules: [{to: [{operation: {methods: [DELETE]}}]}]}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = new FreePorts().Take(), _prometheusPort = new FreePorts().Take();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource _end = new();
    private TestProcess? _prometheus;
    private Task _traffic = Task.CompletedTask;

    [ToolFact("prometheus")]
    public async Task It_finds_all_processes_the_documented_metrics_and_a_fault()
    {
        var (code, output, error) = await RunAsync($"--local --detach --port {_port}");
        Assert.True(code == 0, output + error);
        _folder.Write("istio/dry-run.yaml", DryRun); // decisions are counted where there are policies
        _traffic = Task.Run(SendAsync);
        StartPrometheus();

        var targets = JsonDocument.Parse(File.ReadAllText(_folder["prometheus-targets.json"])).RootElement.EnumerateArray()
            .Select(group => (Pod: group.GetProperty("labels").GetProperty("pod").GetString()!,
                Address: group.GetProperty("targets")[0].GetString()!))
            .ToArray();
        Assert.Equal(7, targets.Length); // three services in two clusters, and the gateway
        await Eventually.IsTrueAsync(
            async () => await QueryAsync("up") is var up && up.Count == targets.Length && up.All(sample => sample.Value == 1),
            "all are up");

        await TheTableIsTrueAsync(targets);
        await EachQueryIsTakenAsync();
        await Eventually.IsTrueAsync(async () => (await ExemplarsAsync()).Length > 0, "a point of a histogram names a trace");

        Assert.Empty(await QueryAsync("ALERTS{alertname=\"Errors\"}"));
        await AbortAsync("""{"status":503,"percentage":50}""");
        await Eventually.IsTrueAsync(
            async () => (await QueryAsync("ALERTS{alertname=\"Errors\",alertstate=\"firing\",mesh_service=\"user-service\"}")).Count == 1,
            "the alert fires while the fault is in force");
        await AbortAsync("null");
        await Eventually.IsTrueAsync(async () => (await QueryAsync("ALERTS{alertname=\"Errors\"}")).Count == 0, "the alert ends with it");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _traffic;
        _prometheus?.Dispose();
        await RunAsync("--local --stop");
        _client.Dispose();
        _folder.Dispose();
        _end.Dispose();
    }

    // docs/observability.md and what the processes serve, and no name that Prometheus' own tool objects to.
    private async Task TheTableIsTrueAsync(IEnumerable<(string Pod, string Address)> targets)
    {
        var documented = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "observability.md")))
            .Where(row => !row.Groups["of"].Value.Contains("on clusters", StringComparison.Ordinal)
                || row.Groups["of"].Value.StartsWith("all", StringComparison.Ordinal))
            .Select(row => row.Groups["name"].Value)
            .ToHashSet();
        var served = new HashSet<string>();
        for (var tries = 0; tries < 60 && !served.IsSupersetOf(documented); tries++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            foreach (var (_, address) in targets)
                served.UnionWith(Served().Matches(await _client.GetStringAsync(new Uri($"http://{address}/metrics")))
                    .Select(type => type.Groups["name"].Value).Where(name => !IsElsewhere(name)));
        }

        Assert.Equal(documented.Order(), served.Order());
        foreach (var (pod, address) in targets)
        {
            var metrics = await _client.GetStringAsync(new Uri($"http://{address}/metrics"));
            var (_, output, error) = await Script.Start(new("promtool", ["check", "metrics"])).EndAsync(metrics);
            var objections = $"{output}{error}".Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith("dotnet_", StringComparison.Ordinal)); // .NET's names are .NET's
            Assert.True(!objections.Any(), $"{pod}: {string.Join('\n', objections)}");
        }

        static bool IsElsewhere(string name) => name == "target_info" || name.StartsWith("dotnet_", StringComparison.Ordinal);
    }

    // Of the dashboards and the alerts. A grammar accepts more than Prometheus does: types of arguments, labels on both sides.
    private async Task EachQueryIsTakenAsync()
    {
        var dashboards = Directory.GetFiles(Path.Combine(Repository.Root, "k8s", "observability", "grafana", "dashboards"));
        var queries = from file in dashboards
                      from panel in JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("panels").EnumerateArray()
                      where panel.GetProperty("datasource").GetProperty("uid").GetString() == "prometheus"
                      from target in panel.GetProperty("targets").EnumerateArray()
                      select target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "10s", StringComparison.Ordinal)
                          .Replace("$service", "user-service", StringComparison.Ordinal);
        var empty = new List<string>();
        foreach (var query in queries)
        {
            if ((await QueryAsync(query)).Count == 0)
                empty.Add(query);
        }

        // What there is nothing of at home: Istio, failures, response flags.
        string[] elsewhere = ["istio_", "envoy_", "citadel_", "cluster_stale", "error_type!=", "5xx", "response_flags!="];
        Assert.DoesNotContain(empty, query => !elsewhere.Any(word => query.Contains(word, StringComparison.Ordinal)));
    }

    private void StartPrometheus()
    {
        var rules = File.ReadAllText(Path.Combine(Repository.Root, "k8s", "observability", "prometheus", "rules", "messageboard.yaml"));
        _folder.Write("prometheus/rules.yaml", Minutes().Replace(rules, "10s"));
        _folder.Write("prometheus/prometheus.yaml", $"""
            global:
              scrape_interval: 1s
              scrape_timeout: 1s
              evaluation_interval: 1s
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: messageboard
                file_sd_configs:
                  - files: [{_folder["prometheus-targets.json"]}]
            """);
        _prometheus = new("prometheus",
        [
            $"--config.file={_folder["prometheus/prometheus.yaml"]}",
            $"--storage.tsdb.path={_folder["prometheus/data"]}",
            $"--web.listen-address=127.0.0.1:{_prometheusPort}",
            "--enable-feature=exemplar-storage",
        ]);
    }

    private async Task<IReadOnlyList<(JsonElement Labels, double Value)>> QueryAsync(string query)
    {
        using var answer = await AskAsync($"query?query={Uri.EscapeDataString(query)}");
        if (answer is null)
            return [];

        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(json.GetProperty("status").GetString() == "success", $"{query}: {json}");
        return
        [
            .. json.GetProperty("data").GetProperty("result").EnumerateArray().Select(sample => (
                sample.GetProperty("metric"),
                double.Parse(sample.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture))),
        ];
    }

    private async Task<string[]> ExemplarsAsync()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var answer = await AskAsync(
            $"query_exemplars?query=messageboard_gateway_request_duration_seconds_bucket&start={now - 600}&end={now}");
        var json = await answer!.Content.ReadFromJsonAsync<JsonElement>();
        return
        [
            .. json.GetProperty("data").EnumerateArray().SelectMany(series => series.GetProperty("exemplars").EnumerateArray())
                .Select(exemplar => exemplar.GetProperty("labels").GetProperty("trace_id").GetString()!),
        ];
    }

    // Null while it does not listen yet, or is not ready.
    private async Task<HttpResponseMessage?> AskAsync(string query)
    {
        try
        {
            var answer = await _client.GetAsync(new Uri($"http://127.0.0.1:{_prometheusPort}/api/v1/{query}"));
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable ? null : answer;
        }
        catch (HttpRequestException)
        {
            Assert.False(_prometheus!.HasExited, string.Join('\n', _prometheus.Errors));
            return null;
        }
    }

    // All that a user does, again and again.
    private async Task SendAsync()
    {
        using var user = new HttpClient { BaseAddress = new($"http://127.0.0.1:{_port}"), Timeout = TimeSpan.FromSeconds(10) };
        string[] paths = ["/api/users/ping", "/api/messages/ping", "/api/logs/ping", "/api/users/me", "/api/messages"];
        await Eventually.IsTrueAsync(() => LogInAsync(user), "logged in");
        while (!_end.IsCancellationRequested)
        {
            try
            {
                foreach (var path in paths)
                {
                    using var answer = await user.GetAsync(path, CancellationToken.None);
                }

                using var posted = await user.PostAsJsonAsync("/api/messages", new { message = "hello" }, CancellationToken.None);
            }
            catch (HttpRequestException)
            {
                // On a busy machine a route's timeout ends an answer in its middle; a user tries again.
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task AbortAsync(string abort)
    {
        using var admin = new HttpClient { BaseAddress = new($"http://127.0.0.1:{_port}"), Timeout = TimeSpan.FromSeconds(10) };
        await Eventually.IsTrueAsync(
            async () =>
            {
                if (!await LogInAsync(admin)) // which the fault fails every other time
                    return false;

                using var body = new StringContent($$"""{"delay":null,"abort":{{abort}}}""", null, "application/json");
                using var answer = await admin.PutAsync("/api/traffic/fault/user-service", body);
                return answer.IsSuccessStatusCode;
            },
            $"an abort of {abort}");
    }

    private async Task<bool> LogInAsync(HttpClient client) =>
        await Admin.LogInAsync(client, new("/api/login", UriKind.Relative), _folder["admin-password"]) is not null;

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string options) =>
        Script.RunAsync("deploy-all.sh", options, ("MESSAGEBOARD_STATE", _folder.Path));

    [GeneratedRegex(@"(?<=[[ ])\d+m(?=\]|$)", RegexOptions.Multiline)]
    private static partial Regex Minutes();

    [GeneratedRegex("^# TYPE (?<name>[^ ]+) ", RegexOptions.Multiline)]
    private static partial Regex Served();

    [GeneratedRegex(@"^\| `[a-z._]+` \| `(?<name>[a-z_]+)`[^|]*\|[^|]*\| (?<of>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
