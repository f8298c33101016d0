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

    public static IEndpointRouteBuilder MapLogs(this IEndpointRouteBuilder app)
    {
        var open = app.MapGroup("/api/logs").WithTags("logs");
        open.MapPing();

        var own = open.MapGroup("").RequireAuthorization(SessionAuthentication.UserPolicy);
        own.MapGet("/redis", GetRedisAsync).WithSummary($"The newest {Newest} calls, from the Redis list.");
        own.MapGet("/kafka", GetKafkaAsync).WithSummary($"The newest {Newest} calls, from the Kafka topic.");
        own.MapGet("/stats", GetStatsAsync).WithSummary($"Figures over {string.Join(", ", Windows)} minutes.");
        return app;
    }

    internal sealed record CallList(bool Available, IReadOnlyList<ApiCall> Items);

    internal sealed record Stats(IReadOnlyList<CallStats> Windows, Dropped Dropped);

    private static async Task<Ok<CallList>> GetRedisAsync(ClaimsPrincipal user, RecentCalls calls) =>
        TypedResults.Ok(new CallList(true, await calls.NewestAsync(OnlyOf(user), Newest)));

    private static async Task<Ok<CallList>> GetKafkaAsync(
        ClaimsPrincipal user, KafkaLogStore calls, IConfiguration configuration, CancellationToken cancellationToken) =>
        TypedResults.Ok(new CallList(
            Kafka.IsOn(configuration), await calls.NewestAsync(OnlyOf(user), Newest, cancellationToken)));

    private static async Task<Ok<Stats>> GetStatsAsync(
        ClaimsPrincipal user, KafkaLogStore calls, RecentCalls recent, CancellationToken cancellationToken)
    {
        var windows = new List<CallStats>();
        foreach (var minutes in Windows)
            windows.Add(await calls.StatsAsync(OnlyOf(user), minutes, cancellationToken));

        return TypedResults.Ok(new Stats(windows, await recent.DroppedAsync()));
    }

    private static string? OnlyOf(ClaimsPrincipal user) => user.Session() is { IsAdmin: false, Username: var name } ? name : null;
}
