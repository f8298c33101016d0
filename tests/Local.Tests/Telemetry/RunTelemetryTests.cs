using MessageBoard.Local.Telemetry;

namespace MessageBoard.Local.Tests.Telemetry;

public sealed class RunTelemetryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ReadinessProbe _probe = new();

    [Fact]
    public void With_the_dashboard_all_send_to_it_and_only_the_gateway_may_read()
    {
        var telemetry = Create(RunStates.Options, "/nowhere/Aspire.Dashboard");

        var dashboard = Assert.Single(telemetry.Processes);
        Assert.Equal((ProcessRole.Telemetry, true), (dashboard.Role, dashboard.OwnEnvironmentOnly));
        var environment = dashboard.Environment(dashboard.Port);
        Assert.DoesNotContain(environment.Keys, name => name.StartsWith("OTEL_", StringComparison.Ordinal));
        Assert.Equal(environment["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"], telemetry.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("http/protobuf", telemetry.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal(
            $"x-otlp-api-key={environment["Dashboard__Otlp__PrimaryApiKey"]}", telemetry.Environment["OTEL_EXPORTER_OTLP_HEADERS"]);
        Assert.Equal("20", telemetry.Environment["Telemetry__TracesPerSecond"]);
        Assert.DoesNotContain(environment["Dashboard__Api__PrimaryApiKey"], telemetry.Environment.Values);
        Assert.Equal(environment["Dashboard__Api__PrimaryApiKey"], telemetry.GatewayEnvironment["Telemetry__Aspire__ApiKey"]);
        Assert.Equal(environment["Dashboard__Frontend__BrowserToken"], telemetry.GatewayEnvironment["Telemetry__Aspire__BrowserToken"]);
        Assert.Equal(environment["ASPNETCORE_URLS"], telemetry.GatewayEnvironment["Telemetry__Aspire__Url"]);
        Assert.DoesNotContain(environment["Dashboard__Frontend__BrowserToken"], telemetry.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_former_run_has_left_to_the_dashboard_goes()
    {
        _folder.Write("data/dashboard/resumes/dashboard.db", "old");

        Create(RunStates.Options, "/nowhere/Aspire.Dashboard");

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["data/dashboard"]));
    }

    [Fact]
    public void Without_telemetry_nobody_sends_whatever_the_launcher_was_told()
    {
        var telemetry = Create(RunStates.Options with { Telemetry = false }, "/nowhere/Aspire.Dashboard");

        Assert.Empty(telemetry.Processes);
        Assert.Equal("", telemetry.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("Traces    off (--no-telemetry)", telemetry.Note);
    }

    [Fact]
    public void Where_there_is_no_dashboard_the_rest_runs_and_says_so()
    {
        var telemetry = Create(RunStates.Options, program: null);

        Assert.Empty(telemetry.Processes);
        Assert.Equal("", telemetry.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.StartsWith("Traces    off (", telemetry.Note, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _probe.Dispose();
        _folder.Dispose();
    }

    private RunTelemetry Create(LaunchOptions options, string? program) =>
        RunTelemetry.Create(options, new Installation("/root", _folder.Path), program, new FreePorts(), _probe);
}
