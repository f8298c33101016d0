using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MessageBoard.Mesh.Authorization;

/// <summary>Tells what policies decide, and what those of a dry run would have decided.</summary>
public static class AuthorizationMetrics
{
    /// <summary>The name of the source of these metrics.</summary>
    public const string MeterName = "MessageBoard.Mesh.Authorization";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Decisions = Meter.CreateCounter<long>(
        "messageboard.mesh.authorization.decisions", "{request}", "Requests that policies refused, audited, or looked at in a dry run.");

    /// <summary>Counts a verdict; what a dry run would have done goes into the request's span too, in Istio's words.</summary>
    internal static void Count(in AuthorizationVerdict verdict)
    {
        if (verdict.AuditedBy is { } auditedBy)
            Add("AUDIT", "audited", auditedBy, isDryRun: false);

        if (!verdict.IsAllowed)
            Add(verdict.DecidedBy is null ? "ALLOW" : "DENY", "denied", verdict.DecidedBy, isDryRun: false);

        if (verdict.DryRunDeny is { } deny)
            Tell("DENY", "deny_policy", deny);

        if (verdict.DryRunAllow is { } allow)
            Tell("ALLOW", "allow_policy", allow);
    }

    // https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
    private static void Tell(string action, string kind, DryRunResult result)
    {
        var word = result.IsAllowed ? "allowed" : "denied";
        Add(action, word, result.Policy, isDryRun: true);
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;

        span.SetTag($"istio.authorization.dry_run.{kind}.result", word);
        if (result.Policy is not null)
            span.SetTag($"istio.authorization.dry_run.{kind}.name", result.Policy);
    }

    private static void Add(string action, string result, string? policy, bool isDryRun) => Decisions.Add(
        1, new("action", action), new("result", result), new("policy", policy ?? ""), new("dry_run", isDryRun));
}
