using System.Diagnostics;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// The trace that a proxied request belongs to (https://www.w3.org/TR/trace-context/). Where nobody collects spans there is no
/// <see cref="Activity"/>, which would cost a tenth of the request: only its numbers.
/// </summary>
/// <param name="Id">The trace id, 32 hex digits.</param>
/// <param name="Parent">The <c>traceparent</c> to send on; null where there is an Activity, which says it.</param>
internal readonly record struct RequestTrace(string Id, string? Parent)
{
    /// <summary>The trace of a request: its own, or the one that its caller has begun, or a new one.</summary>
    public static RequestTrace Of(HttpRequest request)
    {
        if (Activity.Current is { } activity)
            return new(activity.TraceId.ToHexString(), null);

        var isGiven = ActivityContext.TryParse(request.Headers.TraceParent, null, out var caller);
        var id = (isGiven ? caller.TraceId : ActivityTraceId.CreateRandom()).ToHexString();
        var flags = isGiven && caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00";
        return new(id, $"00-{id}-{ActivitySpanId.CreateRandom().ToHexString()}-{flags}");
    }
}
