using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>
/// A real server on a free port, and on another for HTTP/2; it answers with its name and with what it was asked, or as a test wants it to.
/// </summary>
internal sealed class TestBackend : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _connections, _requests;

    private TestBackend(string name, string address)
    {
        Name = name;
        Answer = context => context.Response.WriteAsync(
            $"{name} {context.Request.Method} {context.Request.Host} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection =>
            {
                Interlocked.Increment(ref _connections);
                connection.Features.Set(connection);
                return next(connection);
            }));
            kestrel.Listen(IPEndPoint.Parse(address));
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.Run(async context =>
        {
            Interlocked.Increment(ref _requests);
            using var reader = new StreamReader(context.Request.Body);
            Bodies.Enqueue(await reader.ReadToEndAsync());
            Hosts.Enqueue(context.Request.Host.Value!);
            Targets.Enqueue(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
            if (CloseConnections)
                context.Response.Headers.Connection = "close";

            await Answer(context);
        });
    }

    public string Name { get; }

    public int Port => new Uri(Addresses.First()).Port;

    public int Http2Port => new Uri(Addresses.Last()).Port;

    /// <summary>How many connections were made to it.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many requests came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The bodies that came.</summary>
    public ConcurrentQueue<string> Bodies { get; } = [];

    /// <summary>The Host headers that came.</summary>
    public ConcurrentQueue<string> Hosts { get; } = [];

    /// <summary>The targets that came, as they were written.</summary>
    public ConcurrentQueue<string> Targets { get; } = [];

    /// <summary>What it answers.</summary>
    public Func<HttpContext, Task> Answer { get; set; }

    /// <summary>Whether connections end with the answer.</summary>
    public bool CloseConnections { get; set; }

    private ICollection<string> Addresses =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    public static async Task<TestBackend> StartAsync(string name, string address = "127.0.0.1:0")
    {
        var backend = new TestBackend(name, address);
        await backend._app.StartAsync();
        return backend;
    }

    /// <summary>Answers everything with a status.</summary>
    public void AnswerWith(int status) => Answer = context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(Name);
    };

    /// <summary>Ends the connection instead of answering.</summary>
    public void HangUp() => Answer = context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    /// <summary>Ends the connection once as a server does that had no more to say, and answers then as before.</summary>
    public void CloseOnce()
    {
        var usual = Answer;
        Answer = async context =>
        {
            Answer = usual;
            await context.Features.Get<ConnectionContext>()!.Transport.Output.CompleteAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
