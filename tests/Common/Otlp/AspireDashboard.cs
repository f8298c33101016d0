using System.Reflection;
using System.Security.Cryptography;

namespace MessageBoard.Tests.Otlp;

/// <summary>The real .NET Aspire dashboard, from its NuGet package, with keys of its own.</summary>
public sealed class AspireDashboard : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("messageboard-dashboard-");
    private readonly int _frontendPort = Repository.FreePort(), _otlpPort = Repository.FreePort(), _grpcPort = Repository.FreePort();
    private TestProcess _process;

    private AspireDashboard() => _process = Run();

    /// <summary>The key of its API.</summary>
    public string ApiKey { get; } = NewKey();

    /// <summary>What logs a browser in.</summary>
    public string BrowserToken { get; } = NewKey();

    /// <summary>The key of those who send telemetry.</summary>
    public string OtlpKey { get; } = NewKey();

    /// <summary>Its page and its API.</summary>
    public Uri Address => new($"http://127.0.0.1:{_frontendPort}");

    /// <summary>Where it takes OTLP over HTTP.</summary>
    public Uri OtlpAddress => new($"http://127.0.0.1:{_otlpPort}");

    /// <summary>Starts one, and waits until it answers.</summary>
    public static async Task<AspireDashboard> StartAsync()
    {
        var dashboard = new AspireDashboard();
        await dashboard.AnswersAsync();
        return dashboard;
    }

    /// <summary>Sends it telemetry: <c>traces</c> or <c>logs</c>, as OTLP's JSON.</summary>
    public async Task SendAsync(string signal, string json)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(OtlpAddress, $"v1/{signal}"))
        {
            Headers = { { "x-otlp-api-key", OtlpKey } },
            Content = new StringContent(json, null, "application/json"),
        };
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Ends it as a crash does.</summary>
    public void Kill() => _process.Dispose();

    /// <summary>Starts it again where it was, and with nothing of what it had.</summary>
    public async Task StartAgainAsync()
    {
        _process = Run();
        await AnswersAsync();
    }

    /// <summary>Has it neither answer nor refuse, until <see cref="GoOn"/>.</summary>
    public void Freeze() => _process.Signal("STOP");

    /// <summary>Ends <see cref="Freeze"/>.</summary>
    public void GoOn() => _process.Signal("CONT");

    public void Dispose()
    {
        _process.Dispose();
        _home.Delete(recursive: true);
    }

    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private TestProcess Run() => new(
        typeof(AspireDashboard).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Dashboard").Value!,
        [],
        new Dictionary<string, string>
        {
            ["HOME"] = _home.FullName,
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = $"http://127.0.0.1:{_grpcPort}",
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = OtlpAddress.ToString(),
            ["Dashboard__Frontend__AuthMode"] = "BrowserToken",
            ["Dashboard__Frontend__BrowserToken"] = BrowserToken,
            ["Dashboard__Otlp__AuthMode"] = "ApiKey",
            ["Dashboard__Otlp__PrimaryApiKey"] = OtlpKey,
            ["Dashboard__Api__Enabled"] = "true",
            ["Dashboard__Api__AuthMode"] = "ApiKey",
            ["Dashboard__Api__PrimaryApiKey"] = ApiKey,
            ["DOTNET_GCHeapHardLimit"] = "0x8000000",
        });

    private async Task AnswersAsync()
    {
        using var client = new HttpClient();
        await Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    return (await client.GetAsync(new Uri(Address, "health"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the dashboard answers", 60);
    }
}
