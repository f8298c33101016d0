using System.Globalization;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Gateway.Mesh;

/// <summary>Shortcuts that edit a service's VirtualService.</summary>
public static class RulesEndpoints
{
    private const double MaxDelaySeconds = 60, MinTimeoutSeconds = 0.001, MaxTimeoutSeconds = 3600;
    private const int MaxAttempts = 10;

    /// <summary>Maps <c>PUT /api/traffic/{canary,fault,resilience}/{service}</c>.</summary>
    public static IEndpointRouteBuilder MapRules(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/traffic")
            .RequireAuthorization(SessionAuthentication.AdminPolicy).AddEndpointFilter(FrontedServices.RequireAsync);
        group.MapPut("/canary/{service}", SetCanaryAsync).Produces<ServiceConfiguration>();
        group.MapPut("/fault/{service}", SetFaultAsync).Produces<ServiceConfiguration>();
        group.MapPut("/resilience/{service}", SetResilienceAsync).Produces<ServiceConfiguration>();
        return app;
    }

    /// <summary>The body of a canary edit: the subset that requests with <c>x-canary: true</c> go to; null for no canary.</summary>
    public sealed record CanaryBody(string? Subset, string? ResourceVersion);

    /// <summary>The body of a fault edit; null for none.</summary>
    public sealed record FaultBody(DelayRule? Delay, AbortRule? Abort, string? ResourceVersion);

    /// <summary>The body of an edit of timeout and retries; null for no limit, and for Istio's default.</summary>
    public sealed record ResilienceBody(double? TimeoutSeconds, RetryRule? Retries, string? ResourceVersion);

    private static async Task<IResult> SetCanaryAsync(string service, CanaryBody body, HttpContext context, RouteEdits edits) =>
        await edits.ApplyAsync(service, new CanaryEdit(body.Subset), body.ResourceVersion, context);

    private static async Task<IResult> SetFaultAsync(string service, FaultBody body, HttpContext context, RouteEdits edits)
    {
        var errors = new Dictionary<string, string[]>();
        if (body.Delay is { } delay)
        {
            Require(
                errors, "delay.seconds", delay.Seconds is > 0 and <= MaxDelaySeconds,
                $"has to be more than 0 and at most {MaxDelaySeconds}.");
            Require(errors, "delay.percentage", delay.Percentage is >= 0 and <= 100, "has to be from 0 to 100.");
        }

        if (body.Abort is { } abort)
        {
            Require(errors, "abort.status", abort.Status is >= 200 and <= 599, "has to be a status from 200 to 599.");
            Require(errors, "abort.percentage", abort.Percentage is >= 0 and <= 100, "has to be from 0 to 100.");
        }

        return errors.Count > 0 ? EditAnswers.Unprocessable(errors) : await edits.ApplyAsync(
            service,
            new FaultEdit(
                body.Delay is { } late ? new FaultDelay(Seconds(late.Seconds!.Value), late.Percentage!.Value) : null,
                body.Abort is { } broken ? new FaultAbort(broken.Status!.Value, broken.Percentage!.Value) : null),
            body.ResourceVersion,
            context);
    }

    private static async Task<IResult> SetResilienceAsync(string service, ResilienceBody body, HttpContext context, RouteEdits edits)
    {
        var errors = new Dictionary<string, string[]>();
        var range = string.Create(CultureInfo.InvariantCulture, $"has to be from {MinTimeoutSeconds} to {MaxTimeoutSeconds}.");
        Require(errors, "timeoutSeconds", body.TimeoutSeconds is null or (>= MinTimeoutSeconds and <= MaxTimeoutSeconds), range);
        if (body.Retries is { } retries)
        {
            Require(
                errors, "retries.attempts", retries.Attempts is >= 0 and <= MaxAttempts,
                $"has to be a whole number from 0 to {MaxAttempts}.");
            Require(
                errors, "retries.perTryTimeoutSeconds",
                retries.PerTryTimeoutSeconds is null or (>= MinTimeoutSeconds and <= MaxTimeoutSeconds), range);
        }

        return errors.Count > 0 ? EditAnswers.Unprocessable(errors) : await edits.ApplyAsync(
            service,
            new ResilienceEdit(
                body.TimeoutSeconds is { } timeout ? Seconds(timeout) : null,
                body.Retries is { } again
                    ? new(again.Attempts!.Value, again.PerTryTimeoutSeconds is { } limit ? Seconds(limit) : null, again.RetryOn)
                    : null),
            body.ResourceVersion,
            context);
    }

    // Istio knows no part of a millisecond.
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromMilliseconds(Math.Max(1, Math.Round(seconds * 1000)));

    private static void Require(Dictionary<string, string[]> errors, string field, bool isMet, string rule)
    {
        if (!isMet)
            errors[field] = [rule];
    }
}
