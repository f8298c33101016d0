using System.Runtime.InteropServices;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Counts one service's requests: all since the start, and the last <see cref="Window"/>. Safe for concurrent use.</summary>
public sealed class ServiceTraffic
{
    /// <summary>How many requests the recent counts look back.</summary>
    public const int Window = 100;

    private readonly Lock _gate = new();
    private readonly Outcome[] _recent = new Outcome[Window];
    private readonly Tally _sinceStart = new();
    private long _recorded;

    /// <summary>Counts one request.</summary>
    /// <param name="cluster">The cluster that answered; null when none did.</param>
    /// <param name="pod">The pod that answered; null when none did.</param>
    /// <param name="status">The HTTP status the caller got.</param>
    public void Record(string? cluster, string? pod, int status)
    {
        var outcome = new Outcome(cluster, pod, status >= 500);
        lock (_gate)
        {
            _recent[_recorded++ % Window] = outcome;
            _sinceStart.Add(outcome);
        }
    }

    /// <summary>The counts at this moment, both taken from the same requests.</summary>
    public (TrafficCounts Recent, TrafficCounts SinceStart) Read()
    {
        lock (_gate)
        {
            var recent = new Tally();
            foreach (var outcome in _recent.AsSpan(0, (int)Math.Min(_recorded, Window)))
                recent.Add(outcome);

            return (recent.ToCounts(), _sinceStart.ToCounts());
        }
    }

    private readonly record struct Outcome(string? Cluster, string? Pod, bool IsError);

    private sealed class Tally
    {
        private readonly Dictionary<string, long> _clusters = [];
        private readonly Dictionary<string, long> _pods = [];
        private long _total;
        private long _errors;
        private long _unanswered;

        public void Add(Outcome outcome)
        {
            _total++;
            if (outcome.IsError)
                _errors++;

            if (outcome.Cluster is null)
                _unanswered++;
            else
                Increment(_clusters, outcome.Cluster);

            if (outcome.Pod is not null)
                Increment(_pods, outcome.Pod);
        }

        public TrafficCounts ToCounts() =>
            new(_total, _errors, _unanswered, new SortedDictionary<string, long>(_clusters), new SortedDictionary<string, long>(_pods));

        private static void Increment(Dictionary<string, long> counts, string key) =>
            CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;
    }
}
