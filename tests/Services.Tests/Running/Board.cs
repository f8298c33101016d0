namespace MessageBoard.Services.Tests.Running;

/// <summary>The three services as processes, with their stores, librdkafka's own Kafka brokers, and the mesh between them.</summary>
public abstract class Board : IAsyncLifetime
{
    public const string AdminPassword = "the admin's first password";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messageboard-services-");
    private readonly Dictionary<string, (TestProcess Process, int Port)> _services = [];
    private readonly KafkaBrokers _kafka = new();

    internal StoreSet Stores { get; private set; } = null!;

    public string Istio => Path.Combine(_folder.FullName, "istio");

    public string AdminPasswordFile => Path.Combine(_folder.FullName, "admin-password");

    public string Brokers => _kafka.Addresses;

    /// <summary>What all services are told beyond what they need.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    public virtual async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Istio);
        await File.WriteAllTextAsync(AdminPasswordFile, AdminPassword);
        Stores = Create(_folder.FullName);
        await Stores.StartAsync();
        foreach (var service in (string[])["user-service", "message-service", "log-service"])
            Start(service);

        foreach (var service in _services.Keys)
            await ReadyAsync(service);
    }

    public virtual ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _services.Values)
            process.Dispose();

        _kafka.Dispose();
        Stores.Dispose();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal abstract StoreSet Create(string folder);

    /// <summary>A client of one service that keeps no cookies.</summary>
    public HttpClient Client(string service) =>
        new(new SocketsHttpHandler { UseCookies = false })
        {
            BaseAddress = new($"http://127.0.0.1:{_services[service].Port}"),
            Timeout = TimeSpan.FromMinutes(3),
        };

    internal TestProcess Process(string service) => _services[service].Process;

    /// <summary>Starts a service, or another process of the same.</summary>
    internal void Start(string service, IReadOnlyDictionary<string, string>? more = null)
    {
        var port = _services.TryGetValue(service, out var before) ? before.Port : Repository.FreePort();
        before.Process?.Dispose();
        _services[service] = (Launch(service, port, more), port);
        File.WriteAllText(Path.Combine(Istio, $"{service}.yaml"), MeshYaml.Service(service) + MeshYaml.Workload(service, "ctx2", port));
    }

    internal TestProcess Launch(string service, int port, IReadOnlyDictionary<string, string>? more = null)
    {
        var environment = new Dictionary<string, string>(Stores.Environment)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["CLUSTER_NAME"] = "ctx2",
            ["HOSTNAME"] = $"{service}-ctx2-754bc8dd6f-kghtc",
            ["Kafka__BootstrapServers"] = Brokers,
            ["Admin__PasswordFile"] = AdminPasswordFile,
            ["Mesh__Folder"] = Istio,
        };
        foreach (var (key, value) in Settings.Concat(more ?? new Dictionary<string, string>()))
            environment[key] = value;

        return new("dotnet", [service == "gateway" ? GatewayAssembly : Assembly(service)], environment);
    }

    /// <summary>The program of a service.</summary>
    internal static string Assembly(string service)
    {
        var name = service.Split('-')[0];
        return Path.Combine(
            Repository.Root, "services", name, "bin", Configuration, "net10.0",
            $"MessageBoard.{char.ToUpperInvariant(name[0])}{name[1..]}Service.dll");
    }

    /// <summary>The program of the gateway.</summary>
    internal static string GatewayAssembly { get; } =
        Path.Combine(Repository.Root, "gateway", "bin", Configuration, "net10.0", "MessageBoard.Gateway.dll");

    public async Task ReadyAsync(string service)
    {
        using var client = Client(service);
        await Eventually.IsTrueAsync(() => IsReadyAsync(client, _services[service].Port), $"{service} is ready");
    }

    internal static async Task<bool> IsReadyAsync(HttpClient client, int port)
    {
        try
        {
            return (await client.GetAsync($"http://127.0.0.1:{port}/healthz/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    /// <summary>Registers a user of a new name and logs in; gives the name and the Cookie header.</summary>
    public async Task<(string Name, string Cookie)> NewUserAsync()
    {
        var name = $"u{Guid.NewGuid():N}"[..20];
        using var users = Client("user-service");
        using var registered = await PatientlyAsync(
            () => users.PostFromAsync(NewAddress(), "/api/register", new { username = name, password = "correct horse battery" }));
        registered.EnsureSuccessStatusCode();
        return (name, await LogInAsync(name, "correct horse battery"));
    }

    /// <summary>The address of a browser that nobody else has.</summary>
    public static string NewAddress() => new IPAddress([10, .. System.Security.Cryptography.RandomNumberGenerator.GetBytes(3)]).ToString();

    public async Task<string> LogInAsync(string username, string password)
    {
        using var users = Client("user-service");
        using var response = await PatientlyAsync(() => users.PostAsJsonAsync("/api/login", new { username, password }));
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    /// <summary>Sends again what came when the machine was too busy for it, as the answer says to do.</summary>
    public static async Task<HttpResponseMessage> PatientlyAsync(Func<Task<HttpResponseMessage>> send)
    {
        for (var attempt = 1; ; attempt++)
        {
            var response = await send();
            if (attempt == 20 || (int)response.StatusCode is not (429 or 503))
                return response;

            response.Dispose();
            await Task.Delay(500);
        }
    }

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif
}

/// <summary>A board on SQLite and Garnet.</summary>
public sealed class EmbeddedBoard : Board
{
    internal override StoreSet Create(string folder) => new EmbeddedStores(folder);
}

/// <summary>A board on MariaDB and redis-server.</summary>
public sealed class ServerBoard : Board
{
    internal override StoreSet Create(string folder) => new ServerStores(folder);
}
