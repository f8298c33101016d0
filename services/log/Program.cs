using MessageBoard.LogService.Calls;
using MessageBoard.LogService.Consumer;
using MessageBoard.Shared;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceApi("log-service", new("GET", "/api/logs/redis"), new("GET", "/api/logs/kafka"));
builder.Services.AddSingleton<RecentCalls>().AddSingleton<CountedCalls>();
builder.Services.AddStore<KafkaLogStore>();
builder.Services.AddHostedService<KafkaLogConsumer>();
builder.Services.AddSingleton<ConsumerLag>().AddSingleton<ObservedMetrics, ConsumerMetrics>();

var app = builder.Build();
app.UseServiceApi();
app.MapLogs();
app.Run();

/// <summary>The service, for tests that start it.</summary>
public partial class Program;
