using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Tests.Otlp;

/// <summary>
/// Takes OTLP over HTTP (protobuf) at a port of its own, and decodes it with Google's library, which the exporter does not use. It can
/// be slow to answer, or refuse.
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private const string Protobuf = "application/x-protobuf";

    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>All spans, in the order in which they came.</summary>
    public ConcurrentQueue<ReceivedSpan> Spans { get; } = [];

    /// <summary>All log records.</summary>
    public ConcurrentQueue<ReceivedLog> Logs { get; } = [];

    /// <summary>The bodies of all requests, metrics too, and as they came.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = [];

    /// <summary>The headers of the last request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

    /// <summary>What it answers with; 200 by default.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>Where it listens, such as <c>http://127.0.0.1:41234</c>.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>What a process has to be told to send all it has here, soon.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
    };

    /// <summary>Starts one.</summary>
    /// <param name="port">Its port; 0 for any.</param>
    public static async Task<OtlpReceiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", context => receiver.TakeAsync(
            context, body => Add(receiver.Spans, ReceivedSpan.Of(TracesData.Parser.ParseFrom(body)))));
        app.MapPost("/v1/logs", context => receiver.TakeAsync(
            context, body => Add(receiver.Logs, ReceivedLog.Of(LogsData.Parser.ParseFrom(body)))));
        app.MapPost("/v1/metrics", context => receiver.TakeAsync(context, _ => { }));
        await app.StartAsync();
        return receiver;
    }

    /// <summary>The spans of a trace.</summary>
    public IReadOnlyList<ReceivedSpan> Trace(string id) => [.. Spans.Where(span => span.TraceId == id)];

    /// <summary>Waits until a span has come.</summary>
    public async Task<ReceivedSpan> SpanAsync(Func<ReceivedSpan, bool> isIt, string what)
    {
        await Eventually.IsTrueAsync(() => Spans.Any(isIt), what);
        return Spans.First(isIt);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Add<T>(ConcurrentQueue<T> all, IEnumerable<T> received)
    {
        foreach (var one in received)
            all.Enqueue(one);
    }

    private async Task TakeAsync(HttpContext context, Action<byte[]> take)
    {
        Assert.Equal(Protobuf, context.Request.ContentType);
        Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (Status == StatusCodes.Status200OK)
        {
            Bodies.Enqueue(body.ToArray());
            take(body.ToArray());
            context.Response.ContentType = Protobuf; // an empty message: all was taken
        }

        context.Response.StatusCode = Status;
    }
}
