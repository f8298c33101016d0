using MessageBoard.Shared;

namespace MessageBoard.Gateway.Telemetry.Browser;

/// <summary>
/// Where this process' own traces go, for those of browsers to go there too
/// (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
/// </summary>
/// <param name="Address">The address for traces.</param>
/// <param name="Headers">What each request has to carry, keys among it.</param>
internal sealed record OtlpTarget(Uri Address, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>Reads <c>OTEL_EXPORTER_OTLP_*</c>, of which those for traces alone come first.</summary>
    /// <returns>Null where telemetry is off, or does not go by HTTP: .NET's exporter speaks gRPC when nothing is said.</returns>
    /// <exception cref="InvalidOperationException">The address is none.</exception>
    public static OtlpTarget? Read(IConfiguration configuration)
    {
        if (!TelemetryExport.IsOn(configuration) || Setting("PROTOCOL") != "http/protobuf")
            return null;

        var own = configuration[$"{Prefix}TRACES_ENDPOINT"];
        var text = string.IsNullOrEmpty(own) ? $"{configuration[$"{Prefix}ENDPOINT"]?.TrimEnd('/')}/v1/traces" : own;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new InvalidOperationException($"{Prefix}ENDPOINT wants an address such as http://127.0.0.1:4318.");

        return new(address, [.. ReadHeaders(Setting("HEADERS") ?? "")]);

        string? Setting(string name) =>
            configuration[$"{Prefix}TRACES_{name}"] is { Length: > 0 } own ? own : configuration[Prefix + name];
    }

    private static IEnumerable<KeyValuePair<string, string>> ReadHeaders(string text) =>
        from header in text.Split(',', StringSplitOptions.TrimEntries)
        let parts = header.Split('=', 2, StringSplitOptions.TrimEntries)
        where parts is [{ Length: > 0 }, _]
        select KeyValuePair.Create(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1]));
}
