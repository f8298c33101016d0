namespace MessageBoard.Local.Processes;

/// <summary>Asks a process whether it is ready.</summary>
internal sealed class ReadinessProbe : IDisposable
{
    // It asks processes of its own run on this machine, and no certificate says that better.
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    })
    {
        Timeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>True when it answers 200 within 2 s.</summary>
    public async Task<bool> IsReadyAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(address, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception noAnswer) when (noAnswer is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();
}
