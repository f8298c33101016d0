using MessageBoard.Gateway.Telemetry.Otlp;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>Which of a trace's spans is part of which. Spans that are each other's parents, which only lies can be, lead nowhere.</summary>
internal sealed class SpanTree
{
    private readonly Dictionary<string, TraceSpan> _byId = [];
    private readonly ILookup<string?, TraceSpan> _byParent;

    /// <summary>Reads the parents of a trace's spans.</summary>
    public SpanTree(IReadOnlyList<TraceSpan> spans)
    {
        foreach (var span in spans)
            _byId.TryAdd(span.SpanId, span);

        _byParent = spans.ToLookup(span => span.ParentId);
    }

    /// <summary>The span of an id, if it is there.</summary>
    public TraceSpan? Find(string spanId) => _byId.GetValueOrDefault(spanId);

    /// <summary>The span that this one is part of; null when it is of none or that is not there.</summary>
    public TraceSpan? ParentOf(TraceSpan span) => span.ParentId is { } parent ? Find(parent) : null;

    /// <summary>The span, its parent, and so on.</summary>
    public IEnumerable<TraceSpan> Lineage(TraceSpan span)
    {
        var seen = new HashSet<TraceSpan>(ReferenceEqualityComparer.Instance);
        for (var next = span; next is not null && seen.Add(next); next = ParentOf(next))
            yield return next;
    }

    /// <summary>The span and all that is part of it, but for what <paramref name="isWanted"/> refuses and what is part of that.</summary>
    public IEnumerable<TraceSpan> Below(TraceSpan top, Func<TraceSpan, bool> isWanted)
    {
        var seen = new HashSet<TraceSpan>(ReferenceEqualityComparer.Instance);
        var next = new Stack<TraceSpan>([top]);
        while (next.TryPop(out var span))
        {
            if (!isWanted(span) || !seen.Add(span))
                continue;

            yield return span;
            foreach (var part in _byParent[span.SpanId])
                next.Push(part);
        }
    }
}
