using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using MessageBoard.Gateway.History;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Resources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Gateway.Tests.History;

public sealed class MarksTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new(2026, 11, 27, 9, 30, 0, TimeSpan.Zero));
    private readonly TrafficFeed _feed;
    private readonly Marks _marks;

    public MarksTests()
    {
        _feed = new(new(), _clock, NullLogger<TrafficFeed>.Instance);
        _marks = new(_feed, _clock);
    }

    public void Dispose() => _feed.Dispose();

    [Fact]
    public void A_mark_is_told_to_readers_and_kept()
    {
        using var reader = _feed.Subscribe();

        _marks.Add(
            MarkKind.Weights, new JsonObject { ["ctx1"] = 90, ["ctx2"] = 10 }, "user-service", null, "admin",
            new ResourceKey("VirtualService", "messageboard", "user-service"), "1", "2");

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(reader.TryRead(out var events));
        var told = Assert.Single(SseParser.Create(new MemoryStream(events.ToArray())).Enumerate());
        Assert.Equal("mark", told.EventType);
        Assert.Equal(
            """
            {"id":1,"time":"2026-11-27T09:30:00+00:00","kind":"weights","service":"user-service","cluster":null,"user":"admin",
            "detail":{"ctx1":90,"ctx2":10},"resource":{"kind":"VirtualService","namespace":"messageboard","name":"user-service"},
            "before":"1","version":"2"}
            """.ReplaceLineEndings(""),
            told.Data);
        Assert.Equal(1, Assert.Single(_marks.Since(DateTimeOffset.MinValue)).Id);
    }

    [Fact]
    public void The_newest_are_kept_and_asked_for_by_time()
    {
        for (var i = 0; i < Marks.Capacity + 10; i++)
        {
            _marks.Add(MarkKind.Outage, []);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(11, Marks.Capacity), _marks.Since(DateTimeOffset.MinValue).Select(mark => (int)mark.Id));
        Assert.Equal([209, 210], _marks.Since(_clock.GetUtcNow() - TimeSpan.FromSeconds(2)).Select(mark => (int)mark.Id));
    }
}
