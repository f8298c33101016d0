using System.Net;
using MessageBoard.Gateway.Telemetry.Otlp;

namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>Asks a store by HTTP, for a limited time, a limited number at once and answers of limited size.</summary>
internal sealed class StoreClient : IDisposable
{
    private const int MaxAnswerBytes = 8 * 1024 * 1024, MaxAtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;
    private readonly SemaphoreSlim _places = new(MaxAtOnce);

    /// <summary>Makes a client.</summary>
    /// <param name="address">Where the store is.</param>
    /// <param name="headers">What each request has to carry.</param>
    public StoreClient(Uri address, params IEnumerable<KeyValuePair<string, string>> headers)
    {
        _http = UntracedHttp.Create();
        _http.BaseAddress = address;
        _http.MaxResponseContentBufferSize = MaxAnswerBytes;
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
}
