namespace MessageBoard.Local.Telemetry;

/// <summary>
/// Where the run's traces, logs and metrics go: to the dashboard, to the receiver that a person named in the environment, or nowhere.
/// </summary>
/// <param name="Dashboard">Null where it is not started.</param>
/// <param name="Environment">What each process that sends has to know.</param>
/// <param name="Note">For the person, a line.</param>
internal sealed record RunTelemetry(Dashboard? Dashboard, IReadOnlyDictionary<string, string> Environment, string Note)
{
    /// <summary>Unset or empty: nothing is sent.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string SamplerVariable = "OTEL_TRACES_SAMPLER";
    private const string RateVariable = "Telemetry__TracesPerSecond";

    // The dashboard takes half a millisecond of a processor for a span (docs/performance.md).
    private const string TracesPerSecond = "20";

    /// <param name="options">Whether anything is sent.</param>
    /// <param name="installation">Where things lie.</param>
    /// <param name="program">The dashboard's program; null where it is not there.</param>
    /// <param name="ports">Those of the dashboard are taken from them.</param>
    /// <param name="probe">Asks the dashboard whether it is ready.</param>
    public static RunTelemetry Create(
        LaunchOptions options, Installation installation, string? program, FreePorts ports, ReadinessProbe probe)
    {
        if (!options.Telemetry)
            return Off("--no-telemetry");

        if (Read(EndpointVariable) is not null)
            return new(null, Sampler(), $"Traces    to {EndpointVariable}");

        if (program is null)
            return Off("no dashboard for this platform, or not downloaded");

        var dashboard = new Dashboard(program, installation.DashboardData, ports, probe);
        return new(
            dashboard, new Dictionary<string, string>([.. dashboard.SenderEnvironment, .. Sampler()]),
            $"Traces    {dashboard.Address}, log-in link in {Installation.Shown(installation.DashboardAddressFile)}");
    }

    /// <summary>The processes that are for telemetry alone.</summary>
    public IReadOnlyList<ProcessSpec> Processes => Dashboard is null ? [] : [Dashboard.Spec()];

    /// <summary>What the gateway has to know besides.</summary>
    public IReadOnlyDictionary<string, string> GatewayEnvironment => Dashboard?.ReaderEnvironment ?? new Dictionary<string, string>();

    private static RunTelemetry Off(string why) =>
        new(null, new Dictionary<string, string> { [EndpointVariable] = "" }, $"Traces    off ({why})");

    private static Dictionary<string, string> Sampler() =>
        Read(SamplerVariable) is null && Read(RateVariable) is null ? new() { [RateVariable] = TracesPerSecond } : [];

    private static string? Read(string variable) =>
        System.Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
