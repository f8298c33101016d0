using System.Diagnostics.Metrics;
using System.Net;

namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>
/// Asks a store by HTTP, for a limited time, a limited number at once and answers of limited size. What it does is in no trace and no
/// metric: who reads telemetry would make more of it without end.
/// </summary>
internal sealed class StoreClient : IDisposable
{
    private const int MaxAnswerBytes = 8 * 1024 * 1024, MaxAtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), ConnectPatience = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly SemaphoreSlim _places = new(MaxAtOnce);

    /// <summary>Makes a client.</summary>
    /// <param name="address">Where the store is.</param>
    /// <param name="headers">What each request has to carry.</param>
    public StoreClient(Uri address, params IEnumerable<KeyValuePair<string, string>> headers)
    {
        _http = new(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // without one there is no span either
            MeterFactory = new UnheardMeters(),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectPatience,
        })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        foreach (var (name, value) in headers)
            _http.DefaultRequestHeaders.Add(name, value);
    }

    /// <summary>Asks for JSON.</summary>
    /// <param name="path">Path and query, without a slash at its start.</param>
    /// <param name="cancellationToken">Ends when the caller has gone.</param>
    /// <returns>The answer; null for a 404.</returns>
    /// <exception cref="TelemetryUnavailableException">Any other answer, none, one too late or too large.</exception>
    public async Task<JsonDocument?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            await _places.WaitAsync(deadline.Token);
            try
            {
                using var answer = await SendAsync(path, deadline.Token);
                return answer.StatusCode == HttpStatusCode.NotFound
                    ? null
                    : JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(deadline.Token));
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TelemetryUnavailableException(exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
    }

    // Once more where nothing was answered: a store that has restarted has closed the connection that was kept.
    private async Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded or HttpRequestError.Unknown)
        {
            return await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        }
    }

    // Meters of a name that nobody collects.
    private sealed class UnheardMeters : IMeterFactory
    {
        private readonly Meter _meter = new("MessageBoard.Gateway.Telemetry.Stores");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
