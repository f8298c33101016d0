using System.Net.Http.Json;
using System.Text.Json;

namespace MessageBoard.Scripts.Tests.Local;

/// <summary>./deploy-all.sh --local --detach, whole, with the programs that are built.</summary>
public sealed class WholeRunTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = new FreePorts().Take();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };

    private RunState State => StateFile.Read(_folder["state.json"])!;

    [Fact]
    public async Task It_starts_routes_by_weight_restarts_what_dies_and_leaves_nothing_behind()
    {
        var (code, output, error) = await RunAsync($"--local --detach --port {_port} --no-telemetry");
        Assert.True(code == 0, output + error);
        Assert.Contains($"MessageBoard is ready: http://127.0.0.1:{_port}", output, StringComparison.Ordinal);
        Assert.Contains(File.ReadAllText(_folder["admin-password"]).Trim(), output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            File.ReadAllText(_folder["admin-password"]).Trim(), File.ReadAllText(_folder["logs/launcher.log"]), StringComparison.Ordinal);

        using (var ready = await _client.GetAsync(Address("/healthz/ready")))
            Assert.True(ready.IsSuccessStatusCode);

        await PingsFollowTheWeightsAsync();
        Assert.Contains("Traces    off (--no-telemetry)", output, StringComparison.Ordinal);
        var targets = File.ReadAllText(_folder["prometheus-targets.json"]);
        Assert.All(
            State.Processes.Where(process => process.Role != ProcessRole.Store),
            process => Assert.Contains($"\"127.0.0.1:{process.MetricsPort}\"", targets, StringComparison.Ordinal));

        (code, output, _) = await RunAsync("--local --status");
        Assert.Equal(0, code);
        Assert.All(State.Processes, process => Assert.Contains(process.Pod, output, StringComparison.Ordinal));

        (code, _, error) = await RunAsync("--local --detach --port 1");
        Assert.Equal((2, true), (code, error.Contains("is running already", StringComparison.Ordinal)));

        var victim = State.Processes.First(process => process.App == "user-service");
        victim.Process!.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(
            () => State.Processes.Single(process => process.Pod == victim.Pod) is { Restarts: 1, Condition: Condition.Ready }, "restarted");
        Assert.Contains($"{victim.Pod} ended with exit code 137", File.ReadAllText(_folder["logs/launcher.log"]), StringComparison.Ordinal);

        var last = State;
        (code, output, error) = await RunAsync("--local --stop");
        Assert.True(code == 0, output + error);
        NothingIsLeftOf(last);
        Assert.False(File.Exists(_folder["prometheus-targets.json"]));
        Assert.Equal(3, (await RunAsync("--local --status")).ExitCode);
    }

    [Fact]
    public async Task The_dashboard_is_started_watched_and_stopped_like_the_others_and_no_start_waits_for_it()
    {
        // Of what a person has set for the services, nothing reaches it.
        var (code, output, error) = await RunAsync(
            $"--local --detach --port {_port}", ("OTEL_SERVICE_NAME", "mine"), ("Dashboard__Frontend__AuthMode", "Unsecured"));
        Assert.True(code == 0, output + error);
        Assert.True(State.AllReady);
        await Eventually.IsTrueAsync(() => Dashboard.Condition == Condition.Ready, "the dashboard is ready");
        var logIn = new Uri(File.ReadAllText(_folder["dashboard-url"]).Trim());
        Assert.Contains($"Traces    {logIn.GetLeftPart(UriPartial.Authority)}, ", output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["dashboard-url"]));
        using (var refused = await _client.GetAsync(new Uri(logIn, "/api/telemetry/traces")))
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        Assert.EndsWith("/login", await EndsAtAsync(new Uri(logIn, "/")), StringComparison.Ordinal);
        Assert.DoesNotContain("/login", await EndsAtAsync(logIn), StringComparison.Ordinal);

        var environment = File.ReadAllText($"/proc/{Dashboard.Process!.Pid}/environ");
        Assert.DoesNotContain("OTEL_", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("Unsecured", environment, StringComparison.Ordinal);
        var gateway = File.ReadAllText($"/proc/{State.Processes.Single(process => process.App == "gateway").Process!.Pid}/environ");
        Assert.Contains("OTEL_SERVICE_NAME=mine", gateway, StringComparison.Ordinal);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:", gateway, StringComparison.Ordinal);

        Dashboard.Process!.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(() => Dashboard is { Restarts: 1, Condition: Condition.Ready }, "restarted");
        (code, output, _) = await RunAsync("--local --status");
        Assert.Equal(0, code);
        Assert.Contains("dashboard-ctx1-0", output, StringComparison.Ordinal);
        Assert.Matches(@"Memory: the program \d+ MiB, the dashboard \d+ MiB\.", output);

        var last = State;
        Assert.DoesNotContain(logIn.Query[3..], File.ReadAllText(Dashboard.Log), StringComparison.Ordinal);
        (code, output, error) = await RunAsync("--local --stop");
        Assert.True(code == 0, output + error);
        NothingIsLeftOf(last);
        Assert.False(File.Exists(_folder["dashboard-url"]));

        async Task<string> EndsAtAsync(Uri page)
        {
            using var answer = await _client.GetAsync(page);
            return answer.RequestMessage!.RequestUri!.AbsolutePath;
        }
    }

    [Fact]
    public async Task A_receiver_of_ones_own_takes_the_dashboards_place()
    {
        var (code, output, error) = await RunAsync(
            $"--local --detach --port {_port}",
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"), ("OTEL_TRACES_SAMPLER", "always_on"));
        Assert.True(code == 0, output + error);
        Assert.Contains("Traces    to OTEL_EXPORTER_OTLP_ENDPOINT", output, StringComparison.Ordinal);
        Assert.DoesNotContain(State.Processes, process => process.Role == ProcessRole.Telemetry);
        var gateway = File.ReadAllText($"/proc/{State.Processes.Single(process => process.App == "gateway").Process!.Pid}/environ");
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9\0", gateway, StringComparison.Ordinal);
        Assert.DoesNotContain("Telemetry__TracesPerSecond", gateway, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_with_other_tools_than_GNUs()
    {
        using var tools = new TemporaryFolder();
        var path = ("PATH", Busybox.Path(tools));

        var (code, output, error) = await RunAsync($"--local --detach --port {_port} --no-telemetry", path);
        Assert.True(code == 0, output + error);
        Assert.Equal(0, (await RunAsync("--local --status", path)).ExitCode);
        var last = State;
        Assert.Equal(0, (await RunAsync("--local --reset", path)).ExitCode);
        Assert.All(last.Processes, process => Assert.False(process.Process!.IsAlive, process.Pod));
        Assert.False(Directory.Exists(_folder.Path));
        Directory.CreateDirectory(_folder.Path);
    }

    [Fact]
    public async Task A_drill_takes_a_cluster_down_and_up_again_and_ends_with_the_run()
    {
        var (code, output, error) = await RunAsync($"--local --detach --port {_port} --no-telemetry");
        Assert.True(code == 0, output + error);
        await Eventually.IsTrueAsync(
            async () => await Admin.LogInAsync(_client, Address("/api/login"), _folder["admin-password"]) is not null, "logged in");

        _folder.Write("drill/nobody.down", "");
        await DrillAsync("ctx2", down: true);
        await Eventually.IsTrueAsync(
            () => State.Processes.All(process => process.Condition == (IsDrilled(process) ? Condition.Down : Condition.Ready)),
            "ctx2 is down");
        Assert.All(State.Processes, process => Assert.Equal((!IsDrilled(process), 0), (process.Process!.IsAlive, process.Restarts)));
        await Eventually.IsTrueAsync(
            () => !Directory.EnumerateFiles(_folder["istio/workloads"], "*-ctx2-*").Any(), "the readiness check has taken ctx2 out");

        (code, output, _) = await RunAsync("--local --status");
        Assert.Equal(1, code);
        Assert.Contains("ctx2 is taken down (drill).", output, StringComparison.Ordinal);

        // What is weighted to ctx2 finds no healthy upstream there, as in Istio, until an operator moves the weight.
        await WhatNobodyAnsweredIsCountedAsync();
        await WeighAsync(100, 0);
        await Eventually.IsTrueAsync(() => ArePingsAnsweredAsync(50, by: "ctx1"), "ctx1 answers all");

        await DrillAsync("ctx2", down: false);
        await Eventually.IsTrueAsync(() => State.AllReady, "ctx2 is back");
        Assert.All(State.Processes, process => Assert.Equal(0, process.Restarts));
        await WeighAsync(0, 100);
        await Eventually.IsTrueAsync(() => ArePingsAnsweredAsync(50, by: "ctx2"), "ctx2 answers all");

        await DrillAsync("ctx1", down: true);
        await Eventually.IsTrueAsync(() => State.ClustersDown.SequenceEqual(["ctx1"]), "ctx1 is down");
        var last = State;
        (code, output, error) = await RunAsync("--local --stop");
        Assert.True(code == 0, output + error);
        NothingIsLeftOf(last);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["drill"]));
        Assert.Contains("ctx2 is taken down (drill)", File.ReadAllText(_folder["logs/launcher.log"]), StringComparison.Ordinal);

        static bool IsDrilled(ProcessState process) =>
            process.Cluster == "ctx2" && process.App.EndsWith("-service", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_launcher_left_is_ended_by_the_next_start_and_by_stop()
    {
        var (code, output, error) = await RunAsync($"--local --detach --port {_port}");
        Assert.True(code == 0, output + error);
        await Eventually.IsTrueAsync(() => Dashboard.Condition == Condition.Ready, "the dashboard is ready");
        var last = State;
        last.Launcher.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(() => !last.Launcher.IsAlive, "the launcher is dead");

        File.Delete(_folder["state.json"]); // they are found without it
        (code, output, error) = await RunAsync($"--local --detach --port {_port} --no-telemetry");
        Assert.True(code == 0, output + error);
        Assert.Contains($"Stopping {last.Processes.Length} processes that a killed launcher left", output, StringComparison.Ordinal);
        Assert.All(last.Processes, process => Assert.False(process.Process!.IsAlive, process.Pod));
        Assert.True(State.AllReady);

        State.Launcher.Signal(ProcessIdentity.Kill);
        last = State;
        await Eventually.IsTrueAsync(() => !last.Launcher.IsAlive, "the launcher is dead");
        (code, output, _) = await RunAsync("--local --status");
        Assert.Equal(3, code);
        Assert.Contains($"left {last.Processes.Length} processes behind", output, StringComparison.Ordinal);
        (code, _, _) = await RunAsync("--local --stop");
        Assert.Equal(0, code);
        NothingIsLeftOf(last);
        Assert.False(File.Exists(_folder["debug.env"]));
    }

    [Fact]
    public async Task It_is_served_by_https_and_under_another_name()
    {
        var (code, output, error) = await RunAsync($"--local --detach --port {_port} --https --host board.test --no-telemetry");
        Assert.True(code == 0, output + error);
        Assert.Contains($"MessageBoard is ready: https://localhost:{_port}", output, StringComparison.Ordinal);

        // Whether the machine trusts the certificate is up to its owner.
        using var handler = new SocketsHttpHandler { UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var client = new HttpClient(handler) { BaseAddress = new($"https://127.0.0.1:{_port}"), Timeout = TimeSpan.FromSeconds(10) };
        Assert.Equal(HttpStatusCode.OK, await AskAsync("board.test"));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await AskAsync("other.test"));
        await Eventually.IsTrueAsync(
            async () => await Admin.LogInAsync(client, new("/api/login", UriKind.Relative), _folder["admin-password"]) is { } cookie
                && cookie.StartsWith("__Host-session=", StringComparison.Ordinal),
            "logged in");

        (code, output, _) = await RunAsync("--local --status");
        Assert.Equal(0, code);
        Assert.Contains($"https://localhost:{_port}", output, StringComparison.Ordinal);
        (_, _, error) = await RunAsync("--local");
        Assert.Contains($"is running already at https://localhost:{_port}.", error, StringComparison.Ordinal);

        async Task<HttpStatusCode> AskAsync(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping") { Headers = { Host = host } };
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Of_two_starts_at_once_one_runs_and_the_other_says_so()
    {
        var starts = await Task.WhenAll(
            RunAsync($"--local --detach --port {_port} --no-telemetry"),
            RunAsync($"--local --detach --port {new FreePorts().Take()} --no-telemetry"));

        var loser = Assert.Single(starts, start => start.ExitCode == 2);
        Assert.Contains("MessageBoard is running already", loser.Error, StringComparison.Ordinal);
        Assert.Single(starts, start => start.ExitCode == 0);
        Assert.True(State.AllReady);
    }

    [Fact]
    public async Task A_store_that_does_not_connect_starts_nothing()
    {
        var nowhere = new FreePorts().Take();
        var (code, _, error) =
            await RunAsync($"--local --port {_port}", ("ConnectionStrings__Redis", $"127.0.0.1:{nowhere},password=hush"));

        Assert.Equal(2, code);
        Assert.StartsWith($"ConnectionStrings__Redis: 127.0.0.1:{nowhere}: it does not connect", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["state.json"]));
    }

    [Fact]
    public async Task A_start_that_fails_names_the_process_with_its_last_lines_and_leaves_nothing_behind()
    {
        // Kestrel refuses it, in every process.
        var (code, _, error) = await RunAsync(
            $"--local --detach --port {_port} --no-telemetry", ("Kestrel__Endpoints__Broken__Url", "nonsense"));

        Assert.Equal(1, code);
        Assert.Matches("-ctx[12]-[^ ]+ ended 3 times before it was ready, with exit code 134", error);
        Assert.Contains("Invalid url: 'nonsense'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Stopping", error, StringComparison.Ordinal);
        NothingIsLeftOf(State);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("--local --stop");
        _client.Dispose();
        _folder.Dispose();
    }

    private ProcessState Dashboard => State.Processes.Single(process => process.Role == ProcessRole.Telemetry);

    // By log-service, of which half is down too.
    private async Task WhatNobodyAnsweredIsCountedAsync()
    {
        var unanswered = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var response = await _client.GetAsync(Address("/api/messages"));
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable && !response.Headers.Contains("X-Service-Name"))
                unanswered.Add(response.Headers.GetValues("X-Trace-Id").Single());
        }

        Assert.NotEmpty(unanswered);
        foreach (var log in (string[])["redis", "kafka"])
        {
            await Eventually.IsTrueAsync(
                async () => await ReadAsync($"/api/logs/{log}?service=message-service&level=error") is { } calls && unanswered.SetEquals(
                    calls.GetProperty("items").EnumerateArray()
                        .Where(call => call.GetProperty("answeredBy").GetString() == "mesh")
                        .Select(call => call.GetProperty("traceId").GetString()!)),
                $"{log} has what nobody answered");
        }

        await Eventually.IsTrueAsync(
            async () => await ReadAsync("/api/logs/stats?pings=false") is { } statistics
                && statistics.GetProperty("windows")[0].GetProperty("meshErrors").GetInt64() >= unanswered.Count,
            "the statistics have it");

        async Task<JsonElement?> ReadAsync(string path)
        {
            using var response = await _client.GetAsync(Address(path));
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : null;
        }
    }

    private async Task DrillAsync(string cluster, bool down)
    {
        using var response = await _client.PutAsJsonAsync(Address($"/api/mesh/drill/{cluster}"), new { down });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private async Task WeighAsync(int ctx1, int ctx2)
    {
        using var response = await _client.PutAsJsonAsync(
            Address("/api/traffic/weights/user-service"), new { weights = new { ctx1, ctx2 } });
        Assert.True(response.IsSuccessStatusCode);
    }

    private async Task<bool> ArePingsAnsweredAsync(int requests, string by)
    {
        for (var request = 0; request < requests; request++)
        {
            using var response = await _client.GetAsync(Address("/api/users/ping"));
            if (!response.IsSuccessStatusCode || response.Headers.GetValues("X-Service-Cluster").Single() != by)
                return false;
        }

        return true;
    }

    private async Task PingsFollowTheWeightsAsync()
    {
        const int Requests = 400;
        var weights = await _client.GetFromJsonAsync<JsonElement>(Address("/traffic-weights"));
        var expected = weights.GetProperty("UserServiceCtx1Weight").GetInt32() / 100.0;
        var ctx1 = 0;
        for (var request = 0; request < Requests; request++)
        {
            using var response = await _client.GetAsync(Address("/api/users/ping"));
            Assert.True(response.IsSuccessStatusCode);
            if (response.Headers.GetValues("X-Service-Cluster").Single() == "ctx1")
                ctx1++;
        }

        // Five standard deviations: by chance outside once in 1.7 million runs.
        var deviation = Math.Sqrt(expected * (1 - expected) / Requests);
        Assert.InRange((double)ctx1 / Requests, expected - (5 * deviation), expected + (5 * deviation));
    }

    private void NothingIsLeftOf(RunState state)
    {
        Assert.False(state.Launcher.IsAlive);
        Assert.All(state.Processes, process =>
        {
            Assert.False(process.Process!.IsAlive, process.Pod);
            Assert.Null(FreePorts.WhyNot(process.Port));
        });
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder["istio/workloads"]), file => file.Contains("ctx", StringComparison.Ordinal));
    }

    private Uri Address(string path) => new($"http://127.0.0.1:{_port}{path}");

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string options, params IEnumerable<(string, string)> environment) =>
        Script.RunAsync("deploy-all.sh", options, [("MESSAGEBOARD_STATE", _folder.Path), .. environment]);
}
