using System.Runtime.InteropServices;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Counts one service's requests: all since the start, and the last <see cref="Window"/>. Safe for concurrent use.</summary>
public sealed class ServiceTraffic
{
    /// <summary>How many requests the recent counts look back.</summary>
    public const int Window = 100;

    // Whoever edits rules makes their names.
    private const int MaxRules = 20;
    private const string OtherRules = "…";

    private readonly Lock _gate = new();
    private readonly Counted[] _recent = new Counted[Window];
    private readonly Tally _sinceStart = new();
    private long _recorded;

    /// <summary>Counts one request.</summary>
    public void Record(in RequestRecord request)
    {
        var counted = new Counted(
            request.Status, request.DurationMs, request.Cluster, request.Pod, request.Rule, request.Cause, request.Drawn,
            request.HasFailedOver);
        lock (_gate)
        {
            _recent[_recorded++ % Window] = counted;
            _sinceStart.Add(counted);
        }
    }

    /// <summary>The counts at this moment, both taken from the same requests.</summary>
    public (TrafficCounts Recent, TrafficCounts SinceStart) Read()
    {
        lock (_gate)
        {
            var requests = _recent.AsSpan(0, (int)Math.Min(_recorded, Window));
            var recent = new Tally();
            foreach (ref readonly var request in requests)
                recent.Add(request);

            return (recent.ToCounts(requests), _sinceStart.ToCounts([]));
        }
    }

    private readonly record struct Counted(
        int Status, double DurationMs, string? Cluster, string? Pod, string? Rule, string? Cause, string? Drawn, bool HasFailedOver);

    private sealed class Tally
    {
        private readonly Dictionary<string, long> _clusters = [], _pods = [], _drawn = [], _rules = [], _causes = [];
        private long _total, _errors, _unanswered, _failedOver;

        public void Add(in Counted request)
        {
            _total++;
            if (request.Status >= 500)
                _errors++;

            if (request.Cluster is null)
                _unanswered++;
            else
                Increment(_clusters, request.Cluster);

            if (request.Pod is not null)
                Increment(_pods, request.Pod);

            if (request.Rule is { } rule)
                Increment(_rules, _rules.Count < MaxRules || _rules.ContainsKey(rule) ? rule : OtherRules);

            if (request.Cause is not null)
                Increment(_causes, request.Cause);

            if (request.Drawn is { } drawn)
                Increment(_drawn, drawn);
            else if (request.HasFailedOver)
                _failedOver++;
        }

        public TrafficCounts ToCounts(ReadOnlySpan<Counted> timed)
        {
            var durations = new double[timed.Length];
            for (var i = 0; i < timed.Length; i++)
                durations[i] = timed[i].DurationMs;

            Array.Sort(durations);
            return new(_total, _errors, _unanswered, Sorted(_clusters), Sorted(_pods))
            {
                Drawn = Sorted(_drawn),
                Rules = Sorted(_rules),
                Causes = Sorted(_causes),
                FailedOver = _failedOver,
                P50Ms = NearestRank.Of(durations, 0.5),
                P95Ms = NearestRank.Of(durations, 0.95),
            };
        }

        private static SortedDictionary<string, long> Sorted(Dictionary<string, long> counts) => new(counts, StringComparer.Ordinal);

        private static void Increment(Dictionary<string, long> counts, string key) =>
            CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;
    }
}
