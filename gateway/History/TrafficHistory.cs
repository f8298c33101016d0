using System.Collections.Frozen;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Gateway.History;

/// <summary>
/// What the fronted services' requests of the last hour came to. Each second is told to the event stream's readers when it is over.
/// </summary>
public sealed class TrafficHistory : BackgroundService
{
    /// <summary>How far it goes back, in minutes.</summary>
    public const int MaxMinutes = ServiceHistory.Seconds / 60;

    private const int MaxPoints = 300, MaxSecondsLate = 10;

    // What ended within a second may be recorded a little later.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    private readonly FrozenDictionary<string, ServiceHistory> _services;
    private readonly TrafficFeed _feed;
    private readonly Marks _marks;
    private readonly TimeProvider _clock;

    /// <summary>Begins to count.</summary>
    public TrafficHistory(
        FrontedServices services, TrafficRecorder recorder, TrafficFeed feed, Marks marks, IMeshStore mesh, TimeProvider clock)
    {
        (_feed, _marks, _clock) = (feed, marks, clock);
        _services = services.Names.ToFrozenDictionary(name => name, _ => new ServiceHistory());
        mesh.Changed += SetWeights;
        SetWeights(mesh.Current);
        recorder.Recorded += (in request) => _services[request.Service].Record(request);
    }

    /// <summary>The last minutes, with what happened meanwhile.</summary>
    /// <param name="minutes">How many: 1 to <see cref="MaxMinutes"/>.</param>
    public HistoryReport Read(int minutes)
    {
        var (seconds, now) = (minutes * 60, _clock.GetUtcNow().ToUnixTimeSeconds());
        var step = (seconds + MaxPoints - 1) / MaxPoints;
        var to = ((now / step) + 1) * step; // steps begin where they always do, so that a later reading has the same
        var from = to - (seconds / step * step);
        return new(
            DateTimeOffset.FromUnixTimeSeconds(from), DateTimeOffset.FromUnixTimeSeconds(to), step,
            [.. _services.OrderBy(service => service.Key, StringComparer.Ordinal)
                .Select(service => new ServicePoints(service.Key, service.Value.Read(from, to, step)))],
            _marks.Since(DateTimeOffset.FromUnixTimeSeconds(from)));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = 0L;
        while (true)
        {
            await _feed.WhenReadAsync(stoppingToken);
            var now = _clock.GetUtcNow() - Grace;
            for (var second = Math.Max(told + 1, now.ToUnixTimeSeconds() - MaxSecondsLate); second < now.ToUnixTimeSeconds(); second++)
            {
                Tell(second);
                told = second;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1000 - now.Millisecond), _clock, stoppingToken);
        }
    }

    private void Tell(long second)
    {
        var points = new List<ServicePoint>();
        foreach (var (service, history) in _services)
        {
            if (history.ReadPoint(second, step: 1) is { } point)
                points.Add(new(service, point));
        }

        if (points.Count > 0)
            _feed.Publish("second"u8, new(points), HistoryJson.Default.SecondOfAll);
    }

    private void SetWeights(MeshSnapshot snapshot)
    {
        foreach (var (service, history) in _services)
            history.SetWeights(snapshot.DefaultRouteOf(service)?.Weights);
    }
}
