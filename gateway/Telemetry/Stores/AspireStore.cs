namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>
/// The .NET Aspire dashboard, by its telemetry API
/// (https://github.com/microsoft/aspire/blob/main/src/Aspire.Dashboard/DashboardEndpointsBuilder.cs).
/// </summary>
/// <param name="settings">Address and keys.</param>
internal sealed class AspireStore(TelemetrySettings settings) : ITelemetryStore, IDisposable
{
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
