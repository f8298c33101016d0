using MessageBoard.Tests.Otlp;

namespace MessageBoard.Services.Tests.Telemetry;

/// <summary>A board with a gateway in front, all of which export to a receiver, and on SQLite and Garnet.</summary>
public sealed class TracedBoard : Board
{
    private readonly int _port = Repository.FreePort();
    private TestProcess? _gateway;

    public OtlpReceiver Receiver { get; private set; } = null!;

    /// <summary>Asks the gateway; keeps no cookies.</summary>
    public HttpClient Gateway { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(Receiver.Environment)
    {
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-otlp-api-key=a-key-of-the-test",
    };

    public override async ValueTask InitializeAsync()
    {
        Receiver = await OtlpReceiver.StartAsync();
        await base.InitializeAsync();
        _gateway = new("dotnet", [GatewayAssembly], new Dictionary<string, string>(Settings)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_port}",
            ["ASPNETCORE_CONTENTROOT"] = Path.GetDirectoryName(GatewayAssembly)!,
            ["CLUSTER_NAME"] = "ctx1",
            ["HOSTNAME"] = "gateway-ctx1-754bc8dd6f-kghtc",
            ["Mesh__Folder"] = Istio,
            ["ConnectionStrings__Redis"] = Stores.Environment["ConnectionStrings__Redis"],
        });
        Gateway = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new($"http://127.0.0.1:{_port}") };
        await Eventually.IsTrueAsync(() => Repository.AnswersAsync(_port), "the gateway answers");
    }

    public override async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        _gateway?.Dispose();
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    internal override StoreSet Create(string folder) => new EmbeddedStores(folder);
}
