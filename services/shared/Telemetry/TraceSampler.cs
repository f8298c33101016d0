using OpenTelemetry.Trace;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Decides for each span whether it is kept. Within a process all follow the first; what belongs to nobody's request, such as a poll, a
/// statement at the start or a probe, is never kept; a batch's span is, if one of the spans that it links to is.
/// </summary>
/// <param name="configured">The sampler of <c>OTEL_TRACES_SAMPLER</c>, or OpenTelemetry's default.</param>
/// <param name="sampling">The process's own limit.</param>
/// <param name="isAskedBefore">Whether the process makes a server span only when the limit lets it, and asks before.</param>
internal sealed class TraceSampler(Sampler configured, TraceSampling sampling, bool isAskedBefore) : Sampler
{
    private static readonly SamplingResult Keep = new(SamplingDecision.RecordAndSample), Drop = new(SamplingDecision.Drop);

    public override SamplingResult ShouldSample(in SamplingParameters parameters)
    {
        if (Has(parameters.Tags, TraceSampling.KeptAttribute))
            return Keep;

        var parent = parameters.ParentContext;
        if (parent.TraceId != default && !parent.IsRemote)
            return If(IsRecorded(parent));

        if (parameters.Links?.Any() == true)
            return If(parameters.Links.Any(link => IsRecorded(link.Context)));

        // Kind by kind: only a request from outside begins a trace, or goes on with one.
        return parameters.Kind switch
        {
            ActivityKind.Server when sampling.IsLimited =>
                If(isAskedBefore || (parent.TraceId == default ? sampling.Keep() : IsRecorded(parent))),
            ActivityKind.Consumer when sampling.IsLimited => If(IsRecorded(parent)),
            ActivityKind.Server => configured.ShouldSample(parameters),
            ActivityKind.Consumer when parent.TraceId != default => configured.ShouldSample(parameters),
            _ => Drop,
        };
    }

    private static bool IsRecorded(ActivityContext context) => (context.TraceFlags & ActivityTraceFlags.Recorded) != 0;

    private static SamplingResult If(bool isKept) => isKept ? Keep : Drop;

    private static bool Has(IEnumerable<KeyValuePair<string, object?>>? tags, string name) => tags?.Any(tag => tag.Key == name) == true;
}
