using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Rollouts;

/// <summary>Counts a service's requests since a step began, by the cluster that the weights drew. Safe for concurrent use.</summary>
/// <param name="toCluster">The target.</param>
/// <param name="started">When counting began.</param>
internal sealed class RolloutCounter(string toCluster, DateTimeOffset started)
{
    private readonly Lock _gate = new();
    private readonly Tally _target = new(), _other = new();

    /// <summary>When counting began: after a restart of the gateway later than the step.</summary>
    public DateTimeOffset Started => started;

    /// <summary>
    /// Counts a request, if the weights drew it. Where nobody knows what was drawn, as with Envoy, it is who answered; and what nobody
    /// answered is the target's, as it has to show that it is good.
    /// </summary>
    public void Count(in RequestRecord request)
    {
        if (request.Rule is not null)
            return;

        var tally = (request.Heading ?? request.Cluster ?? toCluster) == toCluster ? _target : _other;
        lock (_gate)
            tally.Add(request.Status >= 500 || request.Cluster is null, request.DurationMs);
    }

    /// <summary>The counts of the target and of the other cluster, both of the same moment.</summary>
    public (RolloutTally Target, RolloutTally Other) Read()
    {
        lock (_gate)
            return (_target.Read(), _other.Read());
    }

    private sealed class Tally
    {
        // Each step of durations is 5 % longer than the one before: from 0.1 ms to more than three minutes.
        private const double Shortest = 0.1, Growth = 1.05;
        private static readonly double LogOfGrowth = Math.Log(Growth);

        private readonly long[] _durations = new long[300];
        private long _requests;
        private long _errors;

        public void Add(bool isError, double milliseconds)
        {
            _requests++;
            if (isError)
                _errors++;
            else
                _durations[Math.Clamp((int)(Math.Log(Math.Max(milliseconds, Shortest) / Shortest) / LogOfGrowth), 0, 299)]++;
        }

        public RolloutTally Read() => new(_requests, _errors, Percentile95());

        private double? Percentile95()
        {
            var below = (long)Math.Ceiling((_requests - _errors) * 0.95);
            for (var i = 0; i < _durations.Length && below > 0; i++)
            {
                below -= _durations[i];
                if (below <= 0)
                    return Math.Round(Shortest * Math.Pow(Growth, i + 1), 2);
            }

            return null;
        }
    }
}
