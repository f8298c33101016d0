using System.Diagnostics.Metrics;

namespace MessageBoard.Gateway.Telemetry.Otlp;

/// <summary>
/// HTTP clients for telemetry itself. What they do is in no trace and no metric: who reads or sends telemetry would make more of it
/// without end.
/// </summary>
internal static class UntracedHttp
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(1);

    /// <summary>Makes one that follows no redirection, keeps no cookie and waits for as long as its caller says.</summary>
    public static HttpClient Create() => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null, // without one there is no span either
        MeterFactory = new UnheardMeters(),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = ConnectPatience,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    // Meters of a name that nobody collects.
    private sealed class UnheardMeters : IMeterFactory
    {
        private readonly Meter _meter = new("MessageBoard.Gateway.Telemetry.Unheard");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
