namespace MessageBoard.Gateway.Edge;

/// <summary>Notes whom the gateway itself refuses what; the services note each call, refused ones too.</summary>
public static partial class RefusalLog
{
    /// <summary>Notes the 401 and 403 of the gateway's own endpoints.</summary>
    public static WebApplication UseRefusalLog(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            await next(context);
            if (context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
                app.Logger.LogRefusal(context);
        });
        return app;
    }

    /// <summary>Notes the request that <paramref name="context"/> has refused.</summary>
    internal static void LogRefusal(this ILogger logger, HttpContext context) => LogRefusal(
        logger, context.Request.Method, context.Request.Path, context.Response.StatusCode, context.User.Identity?.Name ?? "nobody",
        context.Connection.RemoteIpAddress, context.Request.Headers.Host.ToString(), context.Request.Headers.Origin.ToString());

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status}: refused to {User} at {Address}, host {Host}, origin {Origin}")]
    private static partial void LogRefusal(
        ILogger logger, string method, string path, int status, string user, System.Net.IPAddress? address, string host, string origin);
}
