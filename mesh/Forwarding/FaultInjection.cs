namespace MessageBoard.Mesh.Forwarding;

/// <summary>Makes requests late, or fail, before they go anywhere; each by a draw of its own.</summary>
internal static class FaultInjection
{
    /// <summary>The answer of an aborted request; null for one that goes on.</summary>
    public static async ValueTask<HttpResponseMessage?> InjectAsync(Call call, TimeProvider clock)
    {
        if (call.Route.Fault is not { } fault)
            return null;

        if (fault.Delay is { } delay && Falls(delay.Percentage))
        {
            call.Exchange.Injected(ResponseFlags.DI, FormattableString.Invariant($"delay {delay.Duration.TotalMilliseconds:0.###} ms"));
            await Task.Delay(delay.Duration.Clip(), clock, call.Cancelled);
            call.Exchange.Delay = delay.Duration.Clip();
        }

        if (fault.Abort is not { } abort || !Falls(abort.Percentage))
            return null;

        var (what, status) = abort.GrpcStatus is { } grpc ? ("gRPC ", grpc) : ("", abort.Status);
        call.Exchange.Injected(ResponseFlags.FI, FormattableString.Invariant($"abort {what}{status}"));
        return LocalReply.FaultAbort(abort, call);
    }

    private static bool Falls(double percentage) => Random.Shared.NextDouble() * 100 < percentage;
}
