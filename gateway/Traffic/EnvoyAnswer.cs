using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Why Envoy answered and no pod, as far as its answer tells. Its flags are in its own log only, but its local replies are few and of
/// known lengths, with a Content-Length (source/common/http/utility.cc, sendLocalReply).
/// </summary>
internal static class EnvoyAnswer
{
    private const int AbortLength = 18; // "fault filter abort" (source/extensions/filters/http/fault/fault_filter.cc)
    private const int NoPodLength = 19; // "no healthy upstream" (source/common/router/router.cc)
    private const int ResetLength = 57; // "upstream connect error or disconnect/reset before headers", and more behind it

    /// <summary>The cause, a word of <see cref="Cause"/>.</summary>
    public static string CauseOf(HttpContext context)
    {
        if (context.Features.Get<IForwarderErrorFeature>() is not null)
            return Cause.Unreachable; // the sidecar itself

        var (headers, status) = (context.Response.Headers, context.Response.StatusCode);
        if (headers.ContainsKey("x-envoy-overloaded"))
            return Cause.Limited;

        if (status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            return Cause.Denied;

        var length = headers.ContentLength ?? 0;
        if (headers.ContainsKey("x-envoy-upstream-service-time")) // the called pod's sidecar
            return status >= 500 && length > ResetLength ? Cause.Unreachable : Cause.Unknown;

        return (status, length) switch
        {
            (_, AbortLength) => Cause.Abort,
            (503, NoPodLength) => Cause.NoPod,
            (503, > ResetLength) => Cause.Unreachable,
            (503 or 404, 0) => Cause.NoRoute,
            (504, _) => Cause.Timeout,
            _ when status < 300 => Cause.Direct,
            _ when status < 400 => Cause.Redirect,
            _ => Cause.Unknown,
        };
    }
}
