using System.Text.Json;
using k8s;
using k8s.Exceptions;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>Time limits, handlers and streams, at a server that does as the test says.</summary>
public sealed class TransportTests
{
    [Fact]
    public async Task A_call_has_a_time_limit()
    {
        await using var server = await StandIn.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var client = Client(server, TimeSpan.FromMilliseconds(200));
        var services = new VirtualServices(client, "any");

        Assert.IsType<TimeoutException>((await Assert.ThrowsAsync<TaskCanceledException>(() => services.ListAsync())).InnerException);
        Assert.IsType<TimeoutException>((await Assert.ThrowsAsync<TaskCanceledException>(() => services.OpenWatch())).InnerException);
    }

    [Fact]
    public async Task A_watch_may_be_silent_for_longer()
    {
        var goOn = new TaskCompletionSource();
        await using var server = await StandIn.StartAsync(async context =>
        {
            await context.Response.Body.FlushAsync();
            await goOn.Task;
            await context.Response.WriteAsync("""{"type":"ADDED","object":{"metadata":{"name":"late"}}}""" + "\n");
        });
        using var client = Client(server, TimeSpan.FromSeconds(1));

        var watch = ReadAsync(client);
        Assert.NotSame(watch, await Task.WhenAny(watch, Task.Delay(TimeSpan.FromSeconds(2))));
        goOn.SetResult();
        Assert.Equal(["Added late"], await watch);
    }

    [Fact]
    public async Task A_line_that_is_no_event_is_told_and_the_next_one_is_read()
    {
        await using var server = await StandIn.StartAsync(context => context.Response.WriteAsync(
            """
            {"type":"ADDED","object":{"metadata":{"name":"one"}}}
            not JSON
            null
            {"type":"CHANGED","object":{}}
            {"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Gone","message":"too old"}}
            {"type":"DELETED","object":{"kind":5,"metadata":{"name":"two"}}}
            """));
        using var client = Client(server);

        var errors = new List<Exception>();
        Assert.Equal(["Added one", "Deleted two"], await ReadAsync(client, errors.Add));
        Assert.Equal(3, errors.OfType<JsonException>().Count());
        var gone = Assert.Single(errors.OfType<KubernetesException>());
        Assert.Equal((410, "too old"), (gone.Status!.Code, gone.Message));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_an_IOException()
    {
        await using var server = await StandIn.StartAsync(async context =>
        {
            await context.Response.WriteAsync("""{"type":"ADDED","object":{"metadata":{"name":"one"}}}""" + "\n");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var client = Client(server);

        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(client));
    }

    [Fact]
    public async Task Requests_go_through_the_handlers_in_their_order()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, context.Request.Headers["X-Passed"]));
        using var client = new Kubernetes(Config(server), new Stamp("first"), new Stamp("second"));

        Assert.Equal("first, second", (await new VirtualServices(client, "any").ListAsync()).GetProperty("said").GetString());
    }

    [Fact]
    public async Task Names_cannot_leave_their_part_of_the_path()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, context.Request.Path.Value));
        using var client = Client(server);

        var said = (await new VirtualServices(client, "a b").GetAsync("x?watch=true#y/z")).GetProperty("said").GetString();
        Assert.Equal("/apis/networking.istio.io/v1/namespaces/a b/virtualservices/x?watch=true#y%2Fz", said);
    }

    [Fact]
    public void A_host_that_is_no_address_is_refused() =>
        Assert.Throws<KubeConfigException>(() => new Kubernetes(new KubernetesClientConfiguration { Host = "no address" }));

    private static KubernetesClientConfiguration Config(StandIn server) => new() { Host = server.Host, SkipTlsVerify = true };

    private static Kubernetes Client(StandIn server, TimeSpan? timeLimit = null)
    {
        var config = Config(server);
        config.HttpClientTimeout = timeLimit ?? config.HttpClientTimeout;
        return new Kubernetes(config);
    }

    private static async Task<List<string>> ReadAsync(Kubernetes client, Action<Exception>? onError = null)
    {
        var events = new List<string>();
        await foreach (var (type, resource) in new VirtualServices(client, "any").OpenWatch().WatchAsync<JsonElement, object>(onError))
            events.Add($"{type} {VirtualServices.Name(resource)}");

        return events;
    }

    private sealed class Stamp(string name) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Passed", name);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
