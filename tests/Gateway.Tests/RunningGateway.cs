using System.Collections.Concurrent;
using MessageBoard.Mesh.Names;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Sessions;
using MessageBoard.Shared.Stores;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MessageBoard.Gateway.Tests;

/// <summary>The real gateway of ctx1 on Kestrel, with a Garnet for the sessions.</summary>
public abstract class RunningGateway
{
    private WebApplicationFactory<Program> _factory = null!;
    private TestProcess _garnet = null!;

    /// <summary>What the gateway's own code has written into its log.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    public HttpClient Client { get; private set; } = null!;

    /// <summary>The test's DNS; null for the system's.</summary>
    protected virtual NameLookup? Lookup => null;

    public IServiceProvider Services => _factory.Services;

    protected async Task StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var redisPort = Repository.FreePort();
        _garnet = await Garnet.StartAsync(redisPort);
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseUrls("http://127.0.0.1:0")
                .UseSetting("CLUSTER_NAME", "ctx1")
                .UseSetting("ConnectionStrings:Redis", $"127.0.0.1:{redisPort}")
                .ConfigureLogging(logging => logging.AddProvider(new LogQueue(Log)));
            foreach (var (key, value) in settings)
                host.UseSetting(key, value);

            if (Lookup is not null)
                host.ConfigureServices(services => services.AddSingleton(Lookup));
        });
        _factory.UseKestrel(0);
        _factory.StartServer();
        Client = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null, // the gateway is in the same process, and would take its spans for its own
        })
        { BaseAddress = AddressOf(Services) };
        await Eventually.IsTrueAsync(
            async () => (await Client.GetStringAsync("/healthz/ready")).Contains("\"redis\":\"Healthy\""), "Garnet answers");
    }

    protected async Task StopAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
        _garnet.Dispose();
    }

    /// <summary>The Cookie header of a new session.</summary>
    public async Task<string> LogInAsync(bool isAdmin)
    {
        var sessions = Services.GetRequiredService<SessionStore>();
        var cookie = "";
        await Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    cookie = $"session={await sessions.CreateAsync(new Session(1, isAdmin ? "admin" : "alice", isAdmin))}";
                    return true;
                }
                catch (StoreUnavailableException)
                {
                    return false; // Garnet compiles what it has not yet done, which on a loaded machine takes longer than a service waits
                }
            },
            "a session is begun");
        return cookie;
    }

    public Task<HttpResponseMessage> PutWeightsAsync(string service, string body, string? cookie = null) =>
        SendAsync(HttpMethod.Put, $"/api/traffic/weights/{service}", body, cookie);

    /// <summary>Sends JSON.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string? cookie = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null
            ? null
            : new StringContent(body, null, "application/json")
        };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        request.Headers.ExpectContinue = body?.Length > 1_000_000; // who is refused stops sending, and reads why
        return await Client.SendAsync(request);
    }

    /// <summary>Has it end as SIGTERM does.</summary>
    public Task StopServerAsync() => Services.GetRequiredService<IHost>().StopAsync();

    public void StopRedis() => _garnet.Kill();

    /// <summary>The gateway's own connection to Redis.</summary>
    public Redis RedisClient => Services.GetRequiredService<Redis>();

    /// <summary>What the gateway has dropped of its events.</summary>
    public DroppedEvents Dropped => Services.GetRequiredService<DroppedEvents>();

    /// <summary>The calls that Redis has; of one user, or with null of all.</summary>
    public async Task<List<ApiCall>> CallsAsync(string? user)
    {
        var lists = await RedisClient.RunAsync(redis => Task.WhenAll(
            ((bool[])[false, true]).Select(pings => redis.ListRangeAsync(RedisEventSink.ListKey(user, pings)))));
        return [.. lists.SelectMany(list => list).Select(json => ApiCall.Read((byte[]?)json, out _)!)];
    }

    protected static Uri AddressOf(IServiceProvider services) =>
        new(services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private sealed class LogQueue(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("MessageBoard.Gateway", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
            lines.Enqueue(format(state, exception));

        public void Dispose()
        {
        }
    }
}
