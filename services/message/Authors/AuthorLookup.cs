using System.Diagnostics;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Telemetry;
using Microsoft.Extensions.Caching.Memory;

namespace MessageBoard.MessageService.Authors;

/// <summary>Asks user-service, through the mesh, how users are called.</summary>
internal sealed partial class AuthorLookup(
    IHttpClientFactory clients, IMemoryCache cache, OutgoingCalls calls, ILogger<AuthorLookup> logger)
{
    public const string ClientName = "user-service";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Names by id, asked for in one request; those that user-service does not know, or cannot tell now, are missing.</summary>
    public async Task<IReadOnlyDictionary<long, string>> NamesAsync(IEnumerable<long> ids, CancellationToken cancellationToken)
    {
        var names = new Dictionary<long, string>();
        var unknown = new List<long>();
        foreach (var id in ids.Distinct())
        {
            if (cache.TryGetValue<string>(id, out var name))
                names[id] = name!;
            else
                unknown.Add(id);
        }

        CacheMetrics.Count("authors", isHit: true, names.Count);
        CacheMetrics.Count("authors", isHit: false, unknown.Count);
        if (unknown.Count == 0)
            return names;

        foreach (var (id, name) in await AskAsync(unknown, cancellationToken))
        {
            names[id] = name;
            cache.Set(id, name, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Lifetime, Size = 1 });
        }

        return names;
    }

    private async Task<Dictionary<long, string>> AskAsync(List<long> ids, CancellationToken cancellationToken)
    {
        var client = clients.CreateClient(ClientName);
        var exchange = new MeshExchange();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/internal/users?{string.Join('&', ids.Select(id => $"id={id}"))}");
        request.Options.Set(MeshExchange.Key, exchange);
        var started = Stopwatch.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            response = await client.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<Dictionary<long, string>>(cancellationToken) ?? [];
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnavailable(exception.Message); // messages without their authors' names are better than none
            return [];
        }
        finally
        {
            exchange.Complete(); // with its body, which the client has read
            calls.Count(
                CallTarget.Service(ClientName, ResponseTags.ClusterOf(response)), started,
                failed: response is not { IsSuccessStatusCode: true } && !cancellationToken.IsCancellationRequested);
            response?.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Warning, "user-service cannot be asked for names: {Reason}")]
    private partial void LogUnavailable(string reason);
}

internal static class AuthorServices
{
    private const int CachedNames = 10_000;

    // Half of what the mesh gives a request for messages: who waits for names in vain shall have the messages still.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(250), Timeout = TimeSpan.FromMilliseconds(500);

    public static IServiceCollection AddAuthors(this IServiceCollection services)
    {
        services.AddMemoryCache(cache => cache.SizeLimit = CachedNames);
        services.AddSingleton<AuthorLookup>();
        services.AddHttpClient(AuthorLookup.ClientName, client =>
            {
                client.BaseAddress = new("http://user-service");
                client.Timeout = Timeout;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, UseCookies = false })
            .AddMeshRouting();
        return services;
    }
}
