namespace MessageBoard.Tests;

/// <summary>A clock that a test moves on; its timers run in <see cref="Advance"/>.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the time on, and runs what falls due on the way.</summary>
    public void Advance(TimeSpan time)
    {
        var end = _now + time;
        while (NextDue(end) is { } timer)
        {
            _now = timer.Due!.Value;
            timer.Run();
        }

        _now = end;
    }

    private Timer? NextDue(DateTimeOffset end)
    {
        lock (_timers)
            return _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
    }

    private sealed class Timer(ManualClock clock, Action callback) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            (Due, _period) = (dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime, period);
            lock (clock._timers)
            {
                clock._timers.Remove(this);
                clock._timers.Add(this);
            }

            return true;
        }

        public void Run()
        {
            Due = _period == Timeout.InfiniteTimeSpan ? null : Due + _period;
            callback();
        }

        public void Dispose()
        {
            lock (clock._timers)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
