namespace MessageBoard.Gateway.Edge;

/// <summary>Where the gateway's own endpoints run.</summary>
internal static class OwnThreads
{
    /// <summary>
    /// Has what follows run in the thread pool. Until then a request is on the thread that reads all connections' news
    /// (<see cref="Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets.SocketTransportOptions.UnsafePreferInlineScheduling"/>), where
    /// who hashes, reads files or asks a database would stall everybody; what is proxied has been taken by its endpoint there.
    /// </summary>
    public static WebApplication UseOwnThreads(this WebApplication app)
    {
        app.Use(static async (context, next) =>
        {
            await Task.Yield();
            await next(context);
        });
        return app;
    }
}
