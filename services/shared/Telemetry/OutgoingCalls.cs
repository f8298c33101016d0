using System.Runtime.InteropServices;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Counts this process's calls to other services and to stores, for as long as nobody takes the counts. Each costs a look-up under a lock;
/// what is kept depends on the number of targets alone. Safe for concurrent use.
/// </summary>
public sealed class OutgoingCalls
{
    /// <summary>How many targets are kept apart; calls to more are not counted.</summary>
    public const int MaxTargets = 32;

    private readonly Lock _gate = new();
    private Dictionary<CallTarget, CallCount> _counts = [];
    private TaskCompletionSource _first = NewFirst();

    /// <summary>Ends when there is something to take.</summary>
    public Task Any
    {
        get
        {
            lock (_gate)
                return _first.Task;
        }
    }

    /// <summary>A call has ended.</summary>
    /// <param name="target">Whom it asked.</param>
    /// <param name="started">The time stamp (<see cref="Stopwatch.GetTimestamp"/>) of its beginning.</param>
    /// <param name="failed">Whether it failed.</param>
    public void Count(CallTarget target, long started, bool failed) =>
        Add(target, 1, failed, DurationSteps.Of(Stopwatch.GetElapsedTime(started).TotalMilliseconds));

    /// <summary>Something was received, or failed to be, that nobody had to wait for.</summary>
    /// <param name="target">From whom.</param>
    /// <param name="count">How many times.</param>
    /// <param name="failed">Whether it failed.</param>
    public void CountReceived(CallTarget target, int count, bool failed = false)
    {
        if (count > 0)
            Add(target, count, failed, step: null);
    }

    /// <summary>Takes the counts; what comes is counted anew.</summary>
    public IReadOnlyDictionary<CallTarget, CallCount> Take()
    {
        lock (_gate)
        {
            var counts = _counts;
            if (counts.Count > 0)
                (_counts, _first) = (new(counts.Count), NewFirst());

            return counts;
        }
    }

    private static TaskCompletionSource NewFirst() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(CallTarget target, int calls, bool failed, int? step)
    {
        lock (_gate)
        {
            if (_counts.Count == MaxTargets && !_counts.ContainsKey(target))
                return;

            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, target, out _);
            count ??= new();
            count.Calls += calls;
            count.Errors += failed ? calls : 0;
            if (step is { } taken)
                count.Steps[taken - DurationSteps.First]++;

            _first.TrySetResult();
        }
    }
}

/// <summary>Whom a process calls.</summary>
/// <param name="Name">The service, or what the store is: one of this type's names.</param>
/// <param name="Cluster">The cluster that answered, where it is a service's and told.</param>
/// <param name="IsStore">Whether it is a store.</param>
public readonly record struct CallTarget(string Name, string? Cluster, bool IsStore)
{
    /// <summary>The stores.</summary>
    public static readonly CallTarget
        MariaDb = new("mariadb", null, true), Sqlite = new("sqlite", null, true), Redis = new("redis", null, true),
        Kafka = new("kafka", null, true);

    /// <summary>A service, and the cluster that answered; null where that is not told.</summary>
    public static CallTarget Service(string name, string? cluster) => new(name, cluster, false);
}

/// <summary>Calls to a target.</summary>
public sealed class CallCount
{
    /// <summary>How many.</summary>
    public long Calls { get; internal set; }

    /// <summary>Of these, how many failed.</summary>
    public long Errors { get; internal set; }

    /// <summary>How many of each of <see cref="DurationSteps"/>, from the first.</summary>
    internal int[] Steps { get; } = new int[DurationSteps.Last - DurationSteps.First + 1];
}
