using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.History;

/// <summary>
/// What one service's requests of the last hour came to, second by second. Takes 1.6 MB whatever happens, and of these only what was
/// written to is the process's. Safe for concurrent use.
/// </summary>
public sealed class ServiceHistory
{
    /// <summary>How far it goes back, in seconds.</summary>
    public const int Seconds = 3600;

    // Their names come with answers: there may be more than the mesh has.
    private const int MaxClusters = 4;

    private readonly Lock _gate = new();

    // Each second in the place of its number.
    private readonly Second[] _seconds = new Second[Seconds];
    private readonly int[] _drawn = new int[Seconds * MaxClusters];
    private readonly ushort[] _durations = new ushort[Seconds * DurationSteps.Count];
    private readonly string?[] _clusters = new string?[MaxClusters];
    private IReadOnlyDictionary<string, int>? _weights;

    /// <summary>Sets what the weights are from now on; null for none.</summary>
    public void SetWeights(IReadOnlyDictionary<string, int>? weights)
    {
        lock (_gate)
        {
            _weights = weights;
            foreach (var cluster in weights?.Keys ?? [])
                IndexOf(cluster);
        }
    }

    /// <summary>Counts one request, in the second in which it ended.</summary>
    public void Record(in RequestRecord request)
    {
        var (time, duration) = (request.Time.ToUnixTimeSeconds(), DurationSteps.Of(request.DurationMs));
        var place = (int)(time % Seconds);
        lock (_gate)
        {
            ref var second = ref _seconds[place];
            if (second.Time != time)
            {
                second = new() { Time = time };
                _drawn.AsSpan(place * MaxClusters, MaxClusters).Clear();
                _durations.AsSpan(place * DurationSteps.Count, DurationSteps.Count).Clear();
            }

            second.Total++;
            second.Weights = _weights;
            if (request.Status >= 500 || request.Cluster is null)
                second.Errors++;

            if (DrawnBy(request) is { } cluster && IndexOf(cluster) is >= 0 and var index)
                _drawn[(place * MaxClusters) + index]++;

            ref var durations = ref _durations[(place * DurationSteps.Count) + duration];
            if (durations < ushort.MaxValue)
                durations++;
        }
    }

    /// <summary>The points of a time, without those that had no request.</summary>
    /// <param name="from">Where it begins, in seconds since 1970.</param>
    /// <param name="to">Where it ends; this second is no longer part of it.</param>
    /// <param name="step">How many seconds a point has.</param>
    public List<HistoryPoint> Read(long from, long to, int step)
    {
        var points = new List<HistoryPoint>();
        for (var time = from; time < to; time += step)
        {
            if (ReadPoint(time, step) is { } point)
                points.Add(point);
        }

        return points;
    }

    /// <summary>The point that begins at a second; null when it had no request.</summary>
    public HistoryPoint? ReadPoint(long from, int step)
    {
        Span<long> durations = stackalloc long[DurationSteps.Count], drawn = stackalloc long[MaxClusters];
        durations.Clear();
        drawn.Clear();
        var (total, errors) = (0L, 0L);
        IReadOnlyDictionary<string, int>? weights = null;
        SortedDictionary<string, long> byCluster;

        // Not for longer than a point takes, as requests wait for it.
        lock (_gate)
        {
            for (var time = from; time < from + step; time++)
            {
                var place = (int)(time % Seconds);
                var second = _seconds[place];
                if (second.Time != time)
                    continue;

                (total, errors, weights) = (total + second.Total, errors + second.Errors, second.Weights);
                Add(_drawn.AsSpan(place * MaxClusters, MaxClusters), drawn);
                Add(_durations.AsSpan(place * DurationSteps.Count, DurationSteps.Count), durations);
            }

            if (total == 0)
                return null;

            byCluster = [];
            for (var i = 0; i < MaxClusters && _clusters[i] is { } cluster; i++)
                byCluster[cluster] = drawn[i];
        }

        return new(
            from, total, byCluster, errors, DurationSteps.Percentile(durations, 0.5), DurationSteps.Percentile(durations, 0.95), weights);
    }

    // Not where a rule sent it, nor where it went because the one that was drawn had no room for it.
    private static string? DrawnBy(in RequestRecord request) =>
        request.Rule is null && (request.Heading is null || request.Heading == request.Cluster) ? request.Cluster : null;

    private static void Add(ReadOnlySpan<int> counts, Span<long> sums)
    {
        for (var i = 0; i < counts.Length; i++)
            sums[i] += counts[i];
    }

    private static void Add(ReadOnlySpan<ushort> counts, Span<long> sums)
    {
        for (var i = 0; i < counts.Length; i++)
            sums[i] += counts[i];
    }

    // -1 for one that is too many.
    private int IndexOf(string cluster)
    {
        for (var i = 0; i < MaxClusters; i++)
        {
            if ((_clusters[i] ??= cluster) == cluster)
                return i;
        }

        return -1;
    }

    private struct Second
    {
        public long Time;
        public int Total;
        public int Errors;
        public IReadOnlyDictionary<string, int>? Weights;
    }
}
