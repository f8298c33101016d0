using MessageBoard.Shared;

namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>Whether spans are exported, and from where they can be read back.</summary>
internal sealed record TelemetrySettings
{
    private const string Section = "Telemetry:";
    private const string AspireUrl = "Aspire:Url", TempoUrl = "Tempo", LokiUrl = "Loki", GrafanaUrl = "Grafana";

    /// <summary>Reads <c>Telemetry:*</c>.</summary>
    /// <exception cref="InvalidOperationException">A setting is no http address, or one excludes another.</exception>
    public TelemetrySettings(IConfiguration configuration)
    {
        IsOn = TelemetryExport.IsOn(configuration);
        Aspire = Url(configuration, AspireUrl);
        AspireApiKey = configuration[$"{Section}Aspire:ApiKey"];
        AspireBrowserToken = configuration[$"{Section}Aspire:BrowserToken"];
        Tempo = Url(configuration, TempoUrl);
        Loki = Url(configuration, LokiUrl);
        Grafana = Url(configuration, GrafanaUrl);
        if (Aspire is not null && (Tempo ?? Loki) is not null)
        {
            throw new InvalidOperationException(
                $"{Section}{AspireUrl} cannot be set together with {Section}{TempoUrl} or {Section}{LokiUrl}: there is one store to read.");
        }
    }

    /// <summary>Whether this process exports spans.</summary>
    public bool IsOn { get; }

    /// <summary>The Aspire dashboard, its page and its API.</summary>
    public Uri? Aspire { get; }

    /// <summary>The key of the dashboard's API.</summary>
    public string? AspireApiKey { get; }

    /// <summary>What logs a browser in at the dashboard.</summary>
    public string? AspireBrowserToken { get; }

    /// <summary>Tempo's HTTP API, which has the traces.</summary>
    public Uri? Tempo { get; }

    /// <summary>Loki's HTTP API, which has the logs.</summary>
    public Uri? Loki { get; }

    /// <summary>Grafana as browsers reach it.</summary>
    public Uri? Grafana { get; }

    private static Uri? Url(IConfiguration configuration, string name)
    {
        if (configuration[Section + name] is not { Length: > 0 } text)
            return null;

        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? url
            : throw new InvalidOperationException(
                $"{Section}{name} wants an address such as http://127.0.0.1:18888, without user, query and fragment; '{text}' is none.");
    }
}
