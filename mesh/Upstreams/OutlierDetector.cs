using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>
/// Takes endpoints out of the load balancing that fail too often in a row, and lets them back in, as Envoy does it
/// (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier).
/// </summary>
internal sealed class OutlierDetector : IDisposable
{
    // Envoy's max_ejection_time.
    private static readonly TimeSpan LongestEjection = TimeSpan.FromSeconds(300);

    private readonly OutlierDetection _settings;
    private readonly IReadOnlyList<UpstreamHost> _hosts;
    private readonly TimeProvider _clock;
    private readonly Action _healthChanged;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _disposed;

    public OutlierDetector(OutlierDetection settings, IReadOnlyList<UpstreamHost> hosts, TimeProvider clock, Action healthChanged)
    {
        (_settings, _hosts, _clock, _healthChanged) = (settings, hosts, clock, healthChanged);
        if (hosts.Any(host => host.Outlier.Multiplier > 0))
            ArmTimer(); // taken over from an earlier configuration
    }

    private TimeSpan Longest => LongestEjection > _settings.BaseEjectionTime ? LongestEjection : _settings.BaseEjectionTime;

    /// <summary>Counts an answer.</summary>
    public void Answered(UpstreamHost host, int status)
    {
        var record = host.Outlier;
        if (_settings.SplitExternalLocalOriginErrors)
            Volatile.Write(ref record.ConsecutiveLocalOrigin, 0);

        var isError = _settings.ErrorCodes.Count == 0 ? status >= 500 : _settings.ErrorCodes.Contains(status);
        Count(host, isError, isGatewayError: isError && status is >= 502 and <= 504);
    }

    /// <summary>Counts a failed connection, a broken one, or a timeout.</summary>
    public void Failed(UpstreamHost host)
    {
        if (!_settings.SplitExternalLocalOriginErrors)
            Count(host, isError: true, isGatewayError: true);
        else if (Interlocked.Increment(ref host.Outlier.ConsecutiveLocalOrigin) == _settings.ConsecutiveLocalOriginFailures)
            Eject(host);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void Count(UpstreamHost host, bool isError, bool isGatewayError)
    {
        var record = host.Outlier;
        if (!isError)
        {
            if (record.Consecutive5xx != 0 || record.ConsecutiveGateway != 0)
                record.ResetCounters();

            return;
        }

        if (!isGatewayError)
            Volatile.Write(ref record.ConsecutiveGateway, 0);
        else if (Interlocked.Increment(ref record.ConsecutiveGateway) == _settings.ConsecutiveGatewayErrors)
            Eject(host);

        if (Interlocked.Increment(ref record.Consecutive5xx) == _settings.Consecutive5xxErrors)
            Eject(host);
    }

    private void Eject(UpstreamHost host)
    {
        lock (_gate)
        {
            var record = host.Outlier;
            record.ResetCounters();
            var ejected = _hosts.Count(other => other.Outlier.IsEjected);

            // Since Envoy 1.31 the percentage holds for the first one too: 10 percent of two endpoints is none.
            if (_disposed || record.IsEjected || (ejected + 1) * 100 > _settings.MaxEjectionPercent * _hosts.Count)
                return;

            record.IsEjected = true;
            if (_settings.BaseEjectionTime * record.Multiplier < Longest + _settings.BaseEjectionTime)
                record.Multiplier++;

            record.Since = _clock.GetTimestamp();
            ArmTimer();
        }

        _healthChanged();
    }

    private void ArmTimer() => _timer ??= _clock.CreateTimer(
        static state => ((OutlierDetector)state!).OnInterval(), this, _settings.Interval.Clip(), _settings.Interval.Clip());

    private void OnInterval()
    {
        var changed = false;
        lock (_gate)
        {
            if (_disposed)
                return;

            foreach (var host in _hosts)
                changed |= TryUneject(host.Outlier);

            if (_hosts.All(host => host.Outlier is { IsEjected: false, Multiplier: 0 }))
            {
                _timer?.Dispose();
                _timer = null;
            }
        }

        if (changed)
            _healthChanged();
    }

    private bool TryUneject(OutlierRecord record)
    {
        var since = _clock.GetElapsedTime(record.Since);
        if (!record.IsEjected)
        {
            if (record.Multiplier > 0 && since >= _settings.Interval)
                record.Multiplier--;

            return false;
        }

        var time = _settings.BaseEjectionTime * record.Multiplier;
        if (since < (time < Longest ? time : Longest))
            return false;

        record.ResetCounters(); // what failed meanwhile does not count against it
        record.IsEjected = false;
        record.Since = _clock.GetTimestamp();
        return true;
    }
}
