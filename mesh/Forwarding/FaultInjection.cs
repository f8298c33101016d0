using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Makes requests late, or fail, before they go anywhere; each by a draw of its own.</summary>
internal static class FaultInjection
{
    /// <summary>The answer of an aborted request; null for one that goes on.</summary>
    public static async ValueTask<HttpResponseMessage?> InjectAsync(HttpFault fault, MeshExchange exchange, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (fault.Delay is { } delay && Falls(delay.Percentage))
        {
            exchange.Injected(ResponseFlags.DI, FormattableString.Invariant($"delay {delay.Duration.TotalMilliseconds:0.###} ms"));
            await Task.Delay(delay.Duration.Clip(), clock, cancellationToken);
        }

        if (fault.Abort is not { } abort || !Falls(abort.Percentage))
            return null;

        exchange.Injected(ResponseFlags.FI, FormattableString.Invariant($"abort {abort.Status}"));
        return LocalReply.FaultAbort(abort.Status, exchange);
    }

    private static bool Falls(double percentage) => Random.Shared.NextDouble() * 100 < percentage;
}
