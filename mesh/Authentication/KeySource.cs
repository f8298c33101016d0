using System.Text.Json;

namespace MessageBoard.Mesh.Authentication;

/// <summary>
/// Gets the keys of issuers that are elsewhere: from a file, by HTTP, or from where OpenID Connect's discovery says
/// (https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig). They are kept for five minutes, as Envoy does by default,
/// and longer while no newer ones can be had.
/// </summary>
/// <param name="clock">The time.</param>
internal sealed class KeySource(TimeProvider clock) : IDisposable
{
    private const int MaxBytes = 1024 * 1024, MaxIssuers = 100;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5), FileKept = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromSeconds(1);

    private readonly HttpClient _client =
        new(new SocketsHttpHandler { PooledConnectionLifetime = Kept }) { MaxResponseContentBufferSize = MaxBytes };

    private readonly Dictionary<(Uri? Uri, string Issuer), Entry> _entries = [];

    /// <summary>The keys of a rule's issuer; null when they cannot be had.</summary>
    public Task<KeySet?> GetAsync(JwtRule rule)
    {
        var key = (rule.JwksUri, rule.JwksUri is null ? rule.Issuer : "");
        lock (_entries)
        {
            var now = clock.GetUtcNow();
            if (!_entries.TryGetValue(key, out var entry))
            {
                if (_entries.Count == MaxIssuers)
                    _entries.Clear(); // of configurations of long ago

                _entries[key] = entry = new();
            }

            if (entry.Fetch is { IsCompleted: true } fetched)
                entry.Take(fetched.Result, rule.JwksUri is { IsFile: true } ? FileKept : Kept);

            // One asks, all others wait for it, or go on with what there is.
            if (entry.Fetch is null && now >= entry.Until)
                entry.Start(FetchAsync(rule), now);

            return entry.Keys is null && entry.Fetch is { } fetch ? fetch : Task.FromResult(entry.Keys);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<KeySet?> FetchAsync(JwtRule rule)
    {
        try
        {
            using var timeout = new CancellationTokenSource(rule.Timeout, clock);
            var uri = rule.JwksUri ?? await DiscoverAsync(rule.Issuer, timeout.Token);
            return uri is null ? null : KeySet.Read(await ReadAsync(uri, timeout.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException
            or OperationCanceledException or JsonException or InvalidOperationException or UriFormatException or NotSupportedException)
        {
            return null;
        }
    }

    private async Task<Uri?> DiscoverAsync(string issuer, CancellationToken cancellation)
    {
        if (!Uri.TryCreate($"{issuer.TrimEnd('/')}/.well-known/openid-configuration", UriKind.Absolute, out var uri) || !IsHttp(uri))
            return null;

        using var document = JsonDocument.Parse(await _client.GetStringAsync(uri, cancellation));
        return document.RootElement.TryGetProperty("jwks_uri", out var found)
            && Uri.TryCreate(found.GetString(), UriKind.Absolute, out var keys) && IsHttp(keys) ? keys : null;
    }

    private async Task<string> ReadAsync(Uri uri, CancellationToken cancellation)
    {
        if (!uri.IsFile)
            return await _client.GetStringAsync(uri, cancellation);

        // A device does not know its length, and a pipe opens when somebody writes.
        await using var file = await Task.Run(() => File.OpenRead(uri.LocalPath), cancellation).WaitAsync(cancellation);
        var bytes = new byte[file.CanSeek ? Math.Min(file.Length, MaxBytes) + 1 : MaxBytes + 1];
        var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return length == bytes.Length ? throw new IOException("is no key set") : Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static bool IsHttp(Uri uri) => uri.Scheme is "http" or "https";

    private sealed class Entry
    {
        public KeySet? Keys { get; private set; }

        /// <summary>Until when nobody asks anew.</summary>
        public DateTimeOffset Until { get; private set; }

        /// <summary>What is asked for, and not taken so far.</summary>
        public Task<KeySet?>? Fetch { get; private set; }

        private DateTimeOffset Started { get; set; }

        public void Start(Task<KeySet?> fetch, DateTimeOffset now) => (Fetch, Started) = (fetch, now);

        public void Take(KeySet? keys, TimeSpan kept) =>
            (Keys, Until, Fetch) = (keys ?? Keys, Started + (keys is null ? Pause : kept), null);
    }
}
