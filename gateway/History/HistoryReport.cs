namespace MessageBoard.Gateway.History;

/// <summary>The answer of <c>GET /api/traffic/history</c>.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends: after the second that is not over yet.</param>
/// <param name="StepSeconds">How many seconds a point has.</param>
/// <param name="Services">The services, in the order of their names.</param>
/// <param name="Marks">What happened meanwhile, the oldest first.</param>
public sealed record HistoryReport(
    DateTimeOffset From, DateTimeOffset To, int StepSeconds, IReadOnlyList<ServicePoints> Services, IReadOnlyList<Mark> Marks);

/// <summary>One service's points, without those that had no request.</summary>
public sealed record ServicePoints(string Service, IReadOnlyList<HistoryPoint> Points);

/// <summary>What a service's requests of one step of time came to.</summary>
/// <param name="Time">When it begins, in seconds since 1970.</param>
/// <param name="Total">All requests that ended in it.</param>
/// <param name="Drawn">Those that the weights drew and that were answered where they were to go, by cluster.</param>
/// <param name="Errors">Those that ended with a 5xx status, or were not answered by a pod.</param>
/// <param name="P50Ms">Half of them took no longer, in ms, within 4 %.</param>
/// <param name="P95Ms">95 of 100 took no longer, in ms, within 4 %.</param>
/// <param name="Weights">The weights in force when the last of them ended; null when there were none.</param>
public sealed record HistoryPoint(
    long Time, long Total, IReadOnlyDictionary<string, long> Drawn, long Errors, double? P50Ms, double? P95Ms,
    IReadOnlyDictionary<string, int>? Weights);

/// <summary>The data of a <c>second</c> event: services that had a request in it.</summary>
internal sealed record SecondOfAll(IReadOnlyList<ServicePoint> Services);

/// <summary>One service's second.</summary>
internal sealed record ServicePoint(string Service, HistoryPoint Point);
