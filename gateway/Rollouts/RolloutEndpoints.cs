using MessageBoard.Gateway.Fleet;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Rollouts;

/// <summary>Changes of weights in steps.</summary>
public static class RolloutEndpoints
{
    /// <summary>Registers the roll-outs, and who has them judged.</summary>
    public static IServiceCollection AddRollouts(this IServiceCollection services) =>
        services.AddSingleton<Rollouts>().AddHostedService<RolloutRunner>();

    /// <summary>Maps <c>/api/traffic/rollouts</c>.</summary>
    public static IEndpointRouteBuilder MapRollouts(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/traffic/rollouts");
        group.MapGet("", (Rollouts rollouts) => new RolloutList(rollouts.All));
        var one = group.MapGroup("/{service}").AddEndpointFilter(FrontedServices.RequireAsync);
        one.MapGet("", Get).Produces<Rollout>();
        one.MapPut("", StartAsync).RequireAuthorization(SessionAuthentication.AdminPolicy).Produces<Rollout>();
        one.MapDelete("", StopAsync).RequireAuthorization(SessionAuthentication.AdminPolicy).Produces<Rollout>();
        return app;
    }

    /// <summary>
    /// The body of an order: whole percents, seconds and numbers. Without <c>limitSeconds</c> a step waits for its requests ten times as
    /// long as it is watched; <c>maxP95Ratio</c> may be null, for any; and <c>resourceVersion</c>, for whatever is there.
    /// </summary>
    public sealed record RolloutBody(
        string? ToCluster, IReadOnlyList<JsonElement>? Steps, JsonElement? WaitSeconds, JsonElement? LimitSeconds, JsonElement? MinRequests,
        JsonElement? MaxErrorPercent, JsonElement? MaxP95Ratio, string? ResourceVersion);

    private static IResult Get(string service, Rollouts rollouts) =>
        rollouts.Of(service) is { } rollout ? TypedResults.Ok(rollout) : None(GatewayProblems.NoRollout, service);

    private static async Task<IResult> StartAsync(
        string service, RolloutBody body, HttpContext context, Rollouts rollouts, FleetWatch fleet)
    {
        if (fleet.Current.WeightsInForce == false)
            return Problems.Of(StatusCodes.Status409Conflict, GatewayProblems.NotInForce.With());

        var outcome = await rollouts.StartAsync(service, body, context.User.Identity!.Name!, context.RequestAborted);
        return outcome.IsTaken
            ? Problems.Of(
                StatusCodes.Status409Conflict, GatewayProblems.RolloutRuns.With(service),
                [KeyValuePair.Create("current", (object?)outcome.Rollout)])
            : Answer(service, outcome, GatewayProblems.NoDefaultRoute);
    }

    private static async Task<IResult> StopAsync(string service, HttpContext context, Rollouts rollouts, bool putBack = true) =>
        Answer(
            service, await rollouts.StopAsync(service, putBack, context.User.Identity!.Name!, context.RequestAborted),
            GatewayProblems.NoRunningRollout);

    private static IResult Answer(string service, Rollouts.Outcome outcome, ProblemText nothing)
    {
        switch (outcome.Result)
        {
            case EditResult.Done:
                return TypedResults.Ok(outcome.Rollout);
            case EditResult.Conflict conflict:
                return EditAnswers.Conflict(conflict, service);
            case EditResult.Invalid invalid:
                return EditAnswers.Unprocessable(invalid.Errors);
            case EditResult.Failed failed:
                return EditAnswers.Failed(failed);
            default:
                return None(nothing, service);
        }
    }

    private static ProblemHttpResult None(ProblemText text, string service) =>
        Problems.Of(StatusCodes.Status404NotFound, text.With(service));
}
