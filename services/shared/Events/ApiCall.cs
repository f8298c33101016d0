namespace MessageBoard.Shared.Events;

/// <summary>One call of the API, as it is kept in Redis and sent through Kafka. Holds no query, no body and no secret.</summary>
/// <param name="Id">32 hex digits, unique.</param>
/// <param name="Time">When it ended.</param>
/// <param name="User">Who called; null when nobody was logged in.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path without the query.</param>
/// <param name="Route">The route's template, the same for all ids.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="DurationMs">How long it took in the service, in ms.</param>
/// <param name="Service">The service that answered.</param>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Pod">Its pod.</param>
/// <param name="TraceId">The W3C trace id, 32 hex digits.</param>
public sealed record ApiCall(
    string Id, DateTimeOffset Time, string? User, string Method, string Path, string Route, int Status, double DurationMs,
    string Service, string Cluster, string Pod, string TraceId);
