using System.Security.Claims;
using MessageBoard.Shared;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.LogService.Calls;

/// <summary>What was called: a user sees the own calls, an admin all.</summary>
internal static class LogEndpoints
{
    private const int Newest = 50;
    private static readonly int[] Windows = [5, 15, 30];

    private const string Filters =
        "By service, cluster and traceId; level=warn: 4xx and 5xx, level=error: 5xx; pings=false leaves pings out.";

    public static IEndpointRouteBuilder MapLogs(this IEndpointRouteBuilder app)
    {
        var open = app.MapGroup("/api/logs").WithTags("logs");
        open.MapPing();

        var own = open.MapGroup("").RequireAuthorization(SessionAuthentication.UserPolicy);
        own.MapGet("/redis", GetRedisAsync).WithSummary($"The newest {Newest} calls, from the Redis list.").WithDescription(Filters);
        own.MapGet("/kafka", GetKafkaAsync).WithSummary($"The newest {Newest} calls, from the Kafka topic.").WithDescription(Filters);
        own.MapGet("/stats", GetStatsAsync)
            .WithSummary($"Figures over {string.Join(", ", Windows)} minutes; pings=false leaves pings out.")
            .WithDescription("From the Kafka topic; where Kafka is off from Redis, to the minute, and the 95th percentile within a fifth.");
        return app;
    }

    internal sealed record CallList(bool Available, IReadOnlyList<ApiCall> Items);

    internal sealed record Stats(string Source, IReadOnlyList<CallStats> Windows, Dropped Dropped);

    private static async Task<Results<Ok<CallList>, ValidationProblem>> GetRedisAsync(
        ClaimsPrincipal user, [AsParameters] CallQuery query, RecentCalls calls) =>
        AllOf(user).TryRead(query, out var filter, out var problem)
            ? TypedResults.Ok(new CallList(true, await calls.NewestAsync(filter, Newest)))
            : problem;

    private static async Task<Results<Ok<CallList>, ValidationProblem>> GetKafkaAsync(
        ClaimsPrincipal user, [AsParameters] CallQuery query, KafkaLogStore calls, KafkaWatch kafka, CancellationToken cancellationToken) =>
        AllOf(user).TryRead(query, out var filter, out var problem)
            ? TypedResults.Ok(new CallList(kafka.IsThere, await calls.NewestAsync(filter, Newest, cancellationToken)))
            : problem;

    private static async Task<Results<Ok<Stats>, ValidationProblem>> GetStatsAsync(
        ClaimsPrincipal user, string? pings, KafkaLogStore calls, RecentCalls recent, CountedCalls counted, IConfiguration configuration,
        CancellationToken cancellationToken)
    {
        if (!AllOf(user).TryRead(new() { Pings = pings }, out var filter, out var problem))
            return problem;

        var isKafkaOn = Kafka.IsOn(configuration);
        var windows = isKafkaOn
            ? await calls.StatsAsync(filter, Windows, cancellationToken)
            : await counted.StatsAsync(filter, Windows);
        return TypedResults.Ok(new Stats(isKafkaOn ? "kafka" : "redis", windows, await recent.DroppedAsync()));
    }

    private static CallFilter AllOf(ClaimsPrincipal user) =>
        new() { User = user.Session() is { IsAdmin: false, Username: var name } ? name : null };
}
