using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>A way to an API server on which things happen to requests.</summary>
internal sealed class ApiServerProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client = new(new HttpClientHandler
    {
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    });

    private ApiServerProxy(WebApplication app) => _app = app;

    /// <summary>Is asked about each request before it goes on; a status ends it.</summary>
    public Func<HttpRequest, Task<int?>>? OnRequest { get; set; }

    /// <summary>Is asked how many bytes of a request's answer go out before the connection breaks; null for all.</summary>
    public Func<HttpRequest, int?>? BreaksAfter { get; set; }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<ApiServerProxy> StartAsync(string server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var proxy = new ApiServerProxy(builder.Build());
        var forwarder = proxy._app.Services.GetRequiredService<IHttpForwarder>();
        proxy._app.Run(async context =>
        {
            if (proxy.OnRequest is { } on && await on(context.Request) is { } status)
            {
                context.Response.StatusCode = status;
                return;
            }

            if (proxy.BreaksAfter?.Invoke(context.Request) is not { } bytes)
            {
                await forwarder.SendAsync(context, server, proxy._client);
                return;
            }

            var (body, answer) = (context.Response.Body, new MemoryStream());
            context.Response.Body = answer;
            await forwarder.SendAsync(context, server, proxy._client);
            if (bytes > 0)
                await body.WriteAsync(answer.GetBuffer().AsMemory(0, bytes));

            context.Abort();
        });
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }
}
