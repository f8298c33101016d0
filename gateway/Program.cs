using MessageBoard.Gateway.Drill;
using MessageBoard.Gateway.Edge;
using MessageBoard.Gateway.Edges;
using MessageBoard.Gateway.Explain;
using MessageBoard.Gateway.Fleet;
using MessageBoard.Gateway.History;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Gateway.Page;
using MessageBoard.Gateway.Proxy;
using MessageBoard.Gateway.Rollouts;
using MessageBoard.Gateway.Telemetry;
using MessageBoard.Gateway.Traffic;
using MessageBoard.MeshKubernetes;
using MessageBoard.Shared;
using MessageBoard.Shared.Http;

// What waits for a socket goes on where the kernel's news of it arrives, a thread's change less a step: nothing on the proxied path
// blocks. Sockets read it when the first of them is made (https://github.com/dotnet/runtime/pull/34945); docs/performance.md has the
// figures.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("gateway", makesServerSpans: true);
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None); // else an Activity for each request; see RequestTrace
builder.WebHost.UseSockets(sockets =>
{
    sockets.WaitForDataBeforeAllocatingBuffer = false; // a system call less for 4 KiB a connection
    sockets.UnsafePreferInlineScheduling = true; // the same for Kestrel's side; UseOwnThreads sees to what may block
});
builder.WebHost.UseKestrelHttpsConfiguration(); // for `--local --https`; the slim builder leaves it out
builder.Services.AddEdge();
builder.Services.AddOpenApiDocument("gateway");
builder.Services.AddSessions();
builder.Services.AddMeshStore(builder.Configuration);
builder.Services.AddSingleton<FrontedServices>().AddSingleton<RouteEdits>();
builder.Services.AddTraffic();
builder.Services.AddHistory();
builder.Services.AddEdges();
builder.Services.AddDrill();
builder.Services.AddFleet();
builder.Services.AddRollouts();
builder.Services.AddTelemetryApi(builder.Configuration);
builder.Services.AddProxy(builder.Configuration);

var app = builder.Build();
app.UseWithdrawal();
app.UseEdge();
app.UseRouting(); // else it would come first, and forward requests before the edge has seen them
app.UseOwnThreads();
app.UseTrace();
app.UseRefusalLog();
app.UseServiceDefaults();
app.UsePage();
app.UseAuthentication(); // else it would come first, and make each forwarded request a scope of services
app.UseAuthorization();
app.MapServiceDefaults();
app.MapTraffic();
app.MapEdges();
app.MapHistory();
app.MapExplain();
app.MapWeights();
app.MapRules();
app.MapRollouts();
app.MapResources();
app.MapFailover();
app.MapDrill();
app.MapFleet();
app.MapTelemetry();
app.MapOpenApiIndex();
app.MapProxy();
app.Run();

/// <summary>The gateway, for tests that start it.</summary>
public partial class Program;
