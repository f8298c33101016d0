namespace MessageBoard.Shared.Telemetry;

/// <summary>Requests that are nobody's: they come to every pod every few seconds.</summary>
public static class Probes
{
    /// <summary>Whether a path is that of a probe.</summary>
    public static bool IsProbe(PathString path) => path.StartsWithSegments("/healthz", StringComparison.Ordinal);
}
