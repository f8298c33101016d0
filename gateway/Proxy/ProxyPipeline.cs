using MessageBoard.Gateway.Explain;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh;
using MessageBoard.Shared.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Proxy;

/// <summary>What happens to a request that the gateway forwards, in order.</summary>
public static class ProxyPipeline
{
    /// <summary>Registers YARP with the routes under <c>ReverseProxy</c>, and what goes with a request to the mesh.</summary>
    public static IServiceCollection AddProxy(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            // Less than a service's Kestrel takes (32 KiB, 100 and 8 KiB), as headers are added here: what is too much ends here, with 431
            // or 414, and not with a connection that the service closes while it is written to.
            kestrel.Limits.MaxRequestHeadersTotalSize = 24 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 80;
            kestrel.Limits.MaxRequestLineSize = 7 * 1024;
        });
        services.AddSingleton(provider => new RequestTrace(provider.GetService<TraceSampling>()));
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection("ReverseProxy"))
            .ConfigureHttpClient(static (_, handler) =>
            {
                // Where Envoy is the mesh. It makes the client's span, of which the service is told.
                HeaderBytes.Keep(handler);
                handler.ActivityHeadersPropagator = null;
            })
            .AddOwnHeaders()
            .AddSentPath()
            .AddExchange()
            .AddForeseenRule()
            .AddExplainHeader()
            .AddMeshRouting(configuration);
        return services.WithoutKeys();
    }

    // YARP brings data protection along for session affinity, which no cluster here has: no keys are looked for at each start, on a
    // disk that nobody may write to.
    private static IServiceCollection WithoutKeys(this IServiceCollection services)
    {
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        foreach (var service in services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Namespace?.StartsWith("Microsoft.AspNetCore.DataProtection", StringComparison.Ordinal) is true)
            .ToArray())
            services.Remove(service);

        return services;
    }

    // The request has them by then, whichever forwarder takes it. The service's name stands for Host's; YARP alone would let one in
    // punycode through.
    private static IReverseProxyBuilder AddOwnHeaders(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
    {
        transforms.UseDefaultForwarders = false;
        transforms.AddRequestTransform(static context =>
        {
            context.ProxyRequest.Headers.Host = null;
            return ValueTask.CompletedTask;
        });
    });

    /// <summary>Maps the routes; no other middleware of the gateway concerns them.</summary>
    public static WebApplication MapProxy(this WebApplication app)
    {
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var trace = app.Services.GetRequiredService<RequestTrace>();
        var recorder = app.Services.GetRequiredService<TrafficRecorder>();
        app.MapReverseProxy(proxy => proxy.Use(ForwardAsync)).ShortCircuit();
        return app;

        // One method, because each asynchronous one costs a request an object.
        async Task ForwardAsync(HttpContext context, RequestDelegate next)
        {
            var arrived = clock.GetTimestamp();
            var begun = trace.Begin(context);
            RequestTrace.Show(context);
            if (!SentPath.IsPlain(context.Request))
            {
                await SentPath.RefuseAsync(context);
                trace.Describe(begun, context, clock.GetElapsedTime(arrived))?.Stop();
                return;
            }

            // How large a body may be is the service's to say.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = null;

            CallersWord.Replace(context);
            OwnCookies.TakeOut(context);
            var exchange = Exchange.Begin(context);
            try
            {
                await next(context);
            }
            finally
            {
                exchange.Complete();
            }

            // The response had begun when its time was up: as with Envoy it breaks off, whether anything of it has gone out or not.
            if (exchange.Flags.HasFlag(ResponseFlags.UT) && context.Response.StatusCode == StatusCodes.Status502BadGateway)
                context.Abort();

            await ForwarderProblem.WriteAsync(context);
            var duration = clock.GetElapsedTime(arrived);
            var span = trace.Describe(begun, context, duration, exchange);
            recorder.Record(context, exchange, duration, span);
            span?.Stop();
        }
    }
}
