using System.Globalization;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.History;

/// <summary>What the traffic was, and what happened meanwhile.</summary>
public static class HistoryEndpoints
{
    private const int UsualMinutes = 5;

    /// <summary>Registers history and marks, after the home of the mesh configuration: what begins to count has to know it.</summary>
    public static IServiceCollection AddHistory(this IServiceCollection services) => services
        .AddSingleton<Marks>()
        .AddHostedService<EditMarks>()
        .AddSingleton<TrafficHistory>()
        .AddHostedService(provider => provider.GetRequiredService<TrafficHistory>());

    /// <summary>Maps <c>GET /api/traffic/history?minutes=</c>.</summary>
    public static IEndpointRouteBuilder MapHistory(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/traffic/history", GetHistory).Produces<HistoryReport>();
        return app;
    }

    // As a text, for the framework's own refusal of what is no number does not say which field it is.
    private static Results<Ok<HistoryReport>, ValidationProblem> GetHistory(TrafficHistory history, string? minutes = null)
    {
        var number = UsualMinutes;
        return minutes is null || (int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                && number is >= 1 and <= TrafficHistory.MaxMinutes)
            ? TypedResults.Ok(history.Read(number))
            : Problems.Invalid("minutes", ProblemTexts.Limit.With(TrafficHistory.MaxMinutes));
    }
}
