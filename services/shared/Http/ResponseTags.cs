namespace MessageBoard.Shared.Http;

/// <summary>Says on every response who answered.</summary>
public static class ResponseTags
{
    /// <summary>The answering service.</summary>
    public const string ServiceName = "X-Service-Name";

    /// <summary>The cluster it runs in.</summary>
    public const string ServiceCluster = "X-Service-Cluster";

    /// <summary>The pod it runs in.</summary>
    public const string PodName = "X-Pod-Name";

    /// <summary>The cluster that gave an answer; null where it does not say, or there is none.</summary>
    public static string? ClusterOf(HttpResponseMessage? answer) =>
        answer?.Headers.TryGetValues(ServiceCluster, out var clusters) == true ? clusters.First() : null;

    /// <summary>
    /// Puts the three tags on every response, errors too: when the response starts, because the exception handler clears all
    /// headers. With them goes what holds for all that a service says: it is what its Content-Type says, and of this moment, most of it
    /// for one user alone.
    /// </summary>
    public static WebApplication UseResponseTags(this WebApplication app)
    {
        var identity = app.Services.GetRequiredService<ServiceIdentity>();
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                var (headers, identity) = ((IHeaderDictionary, ServiceIdentity))state;
                headers[ServiceName] = identity.Name;
                headers[ServiceCluster] = identity.Cluster;
                headers[PodName] = identity.Pod;
                headers.XContentTypeOptions = "nosniff";
                headers.CacheControl = "no-store";
                return Task.CompletedTask;
            }, (context.Response.Headers, identity));
            return next(context);
        });
        return app;
    }
}
