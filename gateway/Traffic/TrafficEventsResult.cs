using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Writes the event stream as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Unlike the
/// framework's own result, which writes each event for each reader anew, it writes what the feed has written once for all.
/// </summary>
/// <param name="feed">The events.</param>
/// <param name="place">The reader's place, given back when it goes.</param>
internal sealed class TrafficEventsResult(TrafficFeed feed, IDisposable place) : IResult
{
    // What the system keeps for a reader that does not read: without a bound it may be megabytes.
    private const int SocketBufferBytes = 128 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task ExecuteAsync(HttpContext context)
    {
        using var held = place;
        using var reader = feed.Subscribe();
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (context.Features.Get<IConnectionSocketFeature>() is { } connection)
            connection.Socket.SendBufferSize = SocketBufferBytes;

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx in front would hold the events back
        try
        {
            await WriteAsync(context, reader.ReadStates(), ended.Token);
            while (true)
            {
                while (reader.TryRead(out var events))
                    await WriteAsync(context, events, ended.Token);

                await reader.News.WaitAsync(ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The reader left, or the gateway stops.
        }
        catch (TimeoutException)
        {
            context.Abort(); // it has not read for long, and may come again
        }
    }

    // Goes on when Kestrel's own buffer (64 KiB) has room again, so that a reader never holds more than that and one chunk.
    private static async ValueTask WriteAsync(HttpContext context, ReadOnlyMemory<byte> events, CancellationToken cancellationToken)
    {
        var written = context.Response.BodyWriter.WriteAsync(events, cancellationToken);
        if (written.IsCompleted)
            await written;
        else
            await written.AsTask().WaitAsync(Patience, cancellationToken);
    }
}
