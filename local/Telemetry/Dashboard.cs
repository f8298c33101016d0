using System.Security.Cryptography;

namespace MessageBoard.Local.Telemetry;

/// <summary>
/// The .NET Aspire dashboard, to which the run's processes send their telemetry, and from which the gateway reads it for the page. It
/// keeps what it has in a database of the run, so that its own death costs nothing that it had.
/// </summary>
internal sealed class Dashboard
{
    private readonly string _program;
    private readonly string _data;
    private readonly ReadinessProbe _probe;
    private readonly int _port;
    private readonly int _otlpPort;
    private readonly string _browserToken = Key();
    private readonly string _otlpKey = Key();
    private readonly string _apiKey = Key();

    /// <param name="program">See <see cref="Installation.Dashboard"/>.</param>
    /// <param name="data">Where it writes; what another run left there goes.</param>
    /// <param name="ports">Two are taken: all know them, and a restart keeps them.</param>
    /// <param name="probe">Asks whether it is ready.</param>
    public Dashboard(string program, string data, FreePorts ports, ReadinessProbe probe)
    {
        (_program, _data, _probe) = (program, data, probe);
        (_port, _otlpPort) = (ports.Take(), ports.Take());
        // Pods of former runs, each by its own name, and log-ins with a former token.
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);

        Directory.CreateDirectory(data);
    }

    /// <summary>Where a browser and the gateway find it.</summary>
    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>The page that logs a browser in: who has it sees all.</summary>
    public string LogIn => $"{Address}/login?t={_browserToken}";

    /// <summary>For whoever sends telemetry.</summary>
    public IReadOnlyDictionary<string, string> SenderEnvironment => new Dictionary<string, string>
    {
        [RunTelemetry.EndpointVariable] = $"http://127.0.0.1:{_otlpPort}",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={_otlpKey}",
    };

    /// <summary>For the gateway, which reads it and leads to it.</summary>
    public IReadOnlyDictionary<string, string> ReaderEnvironment => new Dictionary<string, string>
    {
        ["Telemetry__Aspire__Url"] = Address,
        ["Telemetry__Aspire__ApiKey"] = _apiKey,
        ["Telemetry__Aspire__BrowserToken"] = _browserToken,
    };

    public ProcessSpec Spec() => new()
    {
        App = "dashboard",
        // Where Grafana is on Kubernetes.
        Cluster = "ctx1",
        Pod = "dashboard-ctx1-0",
        Role = ProcessRole.Telemetry,
        Port = _port,
        FixedPort = true,
        // Its work can wait where the requests' cannot.
        Command = _ => ["nice", "-n", "5", _program],
        WorkingDirectory = Path.GetDirectoryName(_program),
        // With OTEL_* it would record what it records of itself, and so on without end.
        OwnEnvironmentOnly = true,
        Environment = _ => Environment(),
        IsReady = (port, cancellationToken) => _probe.IsReadyAsync(new($"http://127.0.0.1:{port}/health"), cancellationToken),
        // One that hangs is of no use to anybody.
        KilledAfterUnready = TimeSpan.FromSeconds(30),
    };

    private static string Key() => RandomNumberGenerator.GetHexString(40, lowercase: true);

    private Dictionary<string, string> Environment() => new(SmallRuntime.Environment)
    {
        ["ASPNETCORE_URLS"] = Address,
        ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = $"http://127.0.0.1:{_otlpPort}",
        ["ASPIRE_DASHBOARD_APPLICATION_NAME"] = "MessageBoard",
        ["ASPIRE_DASHBOARD_PERSISTENCE_MODE"] = "Resume",
        ["ASPIRE_DASHBOARD_DATA_DIRECTORY"] = _data,
        // For the keys of its cookies.
        ["HOME"] = _data,
        ["ASPIRE_DASHBOARD_SUPPRESS_BROWSER_TOKEN_IN_OUTPUT"] = "true",
        ["Dashboard__Frontend__AuthMode"] = "BrowserToken",
        ["Dashboard__Frontend__BrowserToken"] = _browserToken,
        ["Dashboard__Otlp__AuthMode"] = "ApiKey",
        ["Dashboard__Otlp__PrimaryApiKey"] = _otlpKey,
        ["Dashboard__Api__AuthMode"] = "ApiKey",
        ["Dashboard__Api__PrimaryApiKey"] = _apiKey,
        ["DOTNET_GCHeapHardLimit"] = "0x8000000", // bytes
        // It reads all traces for a list of some: a thousand of them take a second, and five thousand more memory than it has.
        ["Dashboard__TelemetryLimits__MaxTraceCount"] = "1000",
        ["Dashboard__TelemetryLimits__MaxLogCount"] = "5000",
        ["Dashboard__TelemetryLimits__MaxMetricsCount"] = "240", // of an instrument's dimension: four hours
        ["Dashboard__TelemetryLimits__MaxAttributeLength"] = "2000", // characters
    };
}
