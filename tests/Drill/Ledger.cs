using MessageBoard.Shared.Stores;

namespace MessageBoard.Drill;

/// <summary>What the database has of what was answered.</summary>
/// <param name="PostsLost">Messages that were answered with 201 and are not there.</param>
/// <param name="PostsDoubled">Messages that are there more than once.</param>
/// <param name="EventsMissing">Answered requests whose event is not in <c>kafka_logs</c>.</param>
/// <param name="EventsDoubled">Events that are there more than once.</param>
internal sealed record Ledger(int PostsLost, int PostsDoubled, int EventsMissing, int EventsDoubled)
{
    // A log-service that died is missed by its group after 6 s, and another takes over; a group that begins may need two rounds of that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Compares, when all events have come or none come any more.</summary>
    public static async Task<Ledger> ReadAsync(Database database, IReadOnlyList<Sent> sent, DateTimeOffset since, CancellationToken stopped)
    {
        var acknowledged = sent.Where(request => request is { IsAnswered: true, Message: not null }).Select(request => request.Message!);
        var posts = (await database.QueryAsync<string>(
            "SELECT message FROM messages WHERE created_at >= @since", new { since = since.ToUnixTimeMilliseconds() }, stopped))
            .CountBy(text => text).ToDictionary();

        // One event a pod: a try at another pod makes one of its own.
        var answered = sent.Where(request => request is { IsAnswered: true, Pod: not null })
            .Select(request => (request.TraceId, request.Pod!)).ToHashSet();
        Dictionary<(string, string), int> events = [];
        var missing = answered.Count;
        var lastCame = DateTimeOffset.UtcNow;
        while (missing > 0 && DateTimeOffset.UtcNow - lastCame < Patience)
        {
            events = (await database.QueryAsync<(string, string)>(
                "SELECT trace_id, pod FROM kafka_logs WHERE time >= @since", new { since = since.ToUnixTimeMilliseconds() }, stopped))
                .CountBy(call => call).ToDictionary();
            var still = answered.Count(call => !events.ContainsKey(call));
            if (still < missing)
                (missing, lastCame) = (still, DateTimeOffset.UtcNow);

            await Task.Delay(500, stopped);
        }

        return new(
            acknowledged.Count(text => !posts.ContainsKey(text)), posts.Values.Count(times => times > 1), missing,
            events.Count(pair => answered.Contains(pair.Key) && pair.Value > 1));
    }
}
