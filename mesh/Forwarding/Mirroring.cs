using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Sends copies of requests to other services, whose answers nobody waits for.</summary>
internal static class Mirroring
{
    // As long as a route without a timeout lets a copy live.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>Sends the copies on their way.</summary>
    public static async ValueTask SendAsync(Call call, string pathAndQuery, ConnectionPools pools, string? source)
    {
        for (var i = 0; i < call.Route.Mirrors.Count; i++)
        {
            if (Random.Shared.NextDouble() * 100 >= call.Route.Mirrors[i].Percentage)
                continue;

            var destination = call.Decision.Route!.Mirrors[i];
            if (destination.UpstreamAt(call.Uri.Port) is not { } upstream)
                continue;

            var copy = await CopyAsync(call.Request, call.Cancelled);
            CallerIdentity.Tell(copy, upstream.IsExternal ? null : source);
            copy.Headers.Host = Shadow(call.Request.Headers.Host!);
            call.Exchange.Mirrored(destination);
            var timeout = call.Route.Timeout is { } routes && routes > TimeSpan.Zero ? routes : Longest;
            _ = FireAndForgetAsync(call.Generation.StateOf(upstream), pathAndQuery, copy, pools, timeout);
        }
    }

    // The same request once more, with its body, which is in memory.
    private static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var copy =
            new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers.NonValidated)
            copy.Headers.TryAddWithoutValidation(name, values);

        if (request.Content is { } content)
        {
            copy.Content = new ByteArrayContent(await content.ReadAsByteArrayAsync(cancellationToken));
            foreach (var (name, values) in content.Headers.NonValidated)
                copy.Content.Headers.TryAddWithoutValidation(name, values);
        }

        return copy;
    }

    // As Envoy marks it: example.com-shadow, example.com-shadow:8080.
    private static string Shadow(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') ? $"{authority[..colon]}-shadow{authority[colon..]}" : $"{authority}-shadow";
    }

    private static async Task FireAndForgetAsync(
        UpstreamState upstream, string pathAndQuery, HttpRequestMessage copy, ConnectionPools pools, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout.Clip());
        using var request = copy;
        IDisposable? place = null;
        UpstreamHost? host = null;
        try
        {
            if (upstream.Limits is { } limits && (place = await limits.EnterAsync(limit.Token)) is null)
                return;

            if ((host = upstream.Pick(Random.Shared, null, null)) is null)
                return;

            host.Begin();
            using var response = await pools.SendAsync(
                host, pathAndQuery, request, upstream.Upstream, request.RequestUri!.Scheme == Uri.UriSchemeHttps, limit.Token);
            upstream.Answered(host, (int)response.StatusCode);
            await response.Content.CopyToAsync(Stream.Null, limit.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            if (host is not null && (exception is not HttpRequestException failure || SendFailure.IsEndpoints(failure)))
                upstream.Failed(host);
        }
        finally
        {
            host?.End();
            place?.Dispose();
        }
    }
}
