using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json.Serialization.Metadata;
using MessageBoard.Gateway.Mesh;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Writes the event stream as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html):
/// <c>request</c>, <c>configuration</c> and <c>lost</c>. Unlike the framework's own result, which flushes each event, all
/// that is waiting goes out in one write: at thousands of requests a second that is what the stream costs.
/// </summary>
internal sealed class TrafficEventsResult(TrafficFeed.Subscription subscription) : IResult
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    // Nobody sees more than 60 pictures a second; writing more often costs requests.
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(10);

    public async Task ExecuteAsync(HttpContext context)
    {
        using var reader = subscription;
        using var json = new Utf8JsonWriter(Stream.Null);
        var services = context.RequestServices.GetRequiredService<FrontedServices>();
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx in front would hold the events back
        var output = context.Response.BodyWriter;
        try
        {
            do
            {
                if (reader.TakeConfigurationChange())
                    Write(output, json, "configuration"u8, services.Read(), TrafficJson.Default.MeshConfiguration);

                while (reader.TryRead(out var request))
                    Write(output, json, "request"u8, request, TrafficJson.Default.RoutedRequest);

                if (reader.TakeLost() is > 0 and var lost)
                    Write(output, json, "lost"u8, new LostEvents(lost), TrafficJson.Default.LostEvents);

                await output.FlushAsync(ended.Token);
                await Task.Delay(BetweenWrites, ended.Token);
            }
            while (await WaitAsync(output, ended.Token));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The reader left, or the gateway stops.
        }
    }

    private async Task<bool> WaitAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var next = subscription.WaitAsync(cancellationToken).AsTask();
        while (true)
        {
            try
            {
                return await next.WaitAsync(KeepAlive, cancellationToken);
            }
            catch (TimeoutException)
            {
                // A comment, so that proxies between here and the reader do not take the silence for a dead connection.
                output.Write(": still here\n\n"u8);
                await output.FlushAsync(cancellationToken);
            }
        }
    }

    private static void Write<T>(PipeWriter output, Utf8JsonWriter json, ReadOnlySpan<byte> name, T data, JsonTypeInfo<T> type)
    {
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: "u8);
        json.Reset(output);
        JsonSerializer.Serialize(json, data, type);
        output.Write("\n\n"u8);
    }
}
