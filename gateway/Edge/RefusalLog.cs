namespace MessageBoard.Gateway.Edge;

/// <summary>Notes whom the gateway itself refuses what; the services note each call, refused ones too.</summary>
public static partial class RefusalLog
{
    private const int MaxLength = 256; // a DNS name has 253 characters at most

    /// <summary>
    /// Notes the 4xx of the gateway's own endpoints. It stands before the exception handler, which makes some of them. The trace is in the
    /// text, because what is refused at the edge has no Activity.
    /// </summary>
    public static WebApplication UseRefusalLog(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            await next(context);
            if (context.Response.StatusCode is >= 400 and < 500)
                app.Logger.LogRefusal(context);
        });
        return app;
    }

    /// <summary>Notes the request that <paramref name="context"/> has refused.</summary>
    internal static void LogRefusal(this ILogger logger, HttpContext context) => LogRefusal(
        logger, Shorten(context.Request.Method), Shorten(context.Request.Path), context.Response.StatusCode,
        context.User.LogName(), context.Connection.RemoteIpAddress, Shorten(context.Request.Headers.Host),
        Shorten(context.Request.Headers.Origin), context.TraceIdentifier);

    // Anybody can have it noted, as often as they like.
    private static string Shorten(string? text) => text is { Length: > MaxLength } ? text[..MaxLength] : text ?? "";

    [LoggerMessage(
        LogLevel.Information, "{Method} {Path} {Status}: refused to {User} at {Address}, host {Host}, origin {Origin}, trace {Trace}")]
    private static partial void LogRefusal(
        ILogger logger, string method, string path, int status, string user, System.Net.IPAddress? address, string host, string origin,
        string trace);
}
