using MessageBoard.Mesh;
using MessageBoard.Mesh.Explain;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Why the mesh answered a request itself, in the page's words.</summary>
public static class Cause
{
    /// <summary>A fault that is in force.</summary>
    public const string Abort = "abort";

    /// <summary>No healthy pod.</summary>
    public const string NoPod = "noPod";

    /// <summary>No rule took it, or one whose destination nobody knows.</summary>
    public const string NoRoute = "noRoute";

    /// <summary>A policy of the called service.</summary>
    public const string Denied = "denied";

    /// <summary>A pool or a retry budget was full.</summary>
    public const string Limited = "limited";

    /// <summary>The route's time was up.</summary>
    public const string Timeout = "timeout";

    /// <summary>No connection, or one that broke off.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>A rule sends the caller elsewhere.</summary>
    public const string Redirect = "redirect";

    /// <summary>A rule is answered without any service.</summary>
    public const string Direct = "direct";

    /// <summary>Nobody can tell.</summary>
    public const string Unknown = "unknown";

    /// <summary>Why no pod's own code answered; null when it did.</summary>
    /// <param name="notes">What happened to the request in the mesh.</param>
    /// <param name="context">The request and its answer.</param>
    /// <param name="cluster">The cluster of the pod that answered; null when none did.</param>
    internal static string? Of(in MeshNotes notes, HttpContext context, string? cluster) =>
        notes.IsDenied ? Denied
        : cluster is not null ? null
        : !notes.IsDecided ? EnvoyAnswer.CauseOf(context)
        : OfFlags(notes.Flags) is { } cause ? cause
        : notes.Tries > 0 || context.Features.Get<IForwarderErrorFeature>() is not null ? Unknown
        : notes.Route?.Redirect is not null ? Redirect
        : Direct;

    // An abort comes before all else; a full budget is why there were no more tries of what then is said to have failed.
    private static string? OfFlags(ResponseFlags flags) =>
        Has(flags, ResponseFlags.FI) ? Abort
        : Has(flags, ResponseFlags.NR | ResponseFlags.NC) ? NoRoute
        : Has(flags, ResponseFlags.UH) ? NoPod
        : Has(flags, ResponseFlags.UO) ? Limited
        : Has(flags, ResponseFlags.UT) ? Timeout
        : Has(flags, ResponseFlags.UF | ResponseFlags.UC) ? Unreachable
        : null;

    private static bool Has(ResponseFlags flags, ResponseFlags any) => (flags & any) != 0;
}
