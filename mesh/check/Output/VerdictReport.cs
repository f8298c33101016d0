using System.Globalization;
using MessageBoard.Mesh;
using MessageBoard.MeshCheck.Requests;

namespace MessageBoard.MeshCheck.Output;

/// <summary>Tells people where a request goes.</summary>
internal static class VerdictReport
{
    /// <summary>A verdict in lines.</summary>
    /// <param name="request">The request.</param>
    /// <param name="from">Who sends it; null for anybody.</param>
    /// <param name="verdict">Where it goes.</param>
    /// <param name="output">Where the lines go.</param>
    public static void WriteText(CheckedRequest request, string? from, Verdict verdict, TextWriter output)
    {
        output.Line($"{request.Method} {request.Uri.OriginalString}");
        if (from is not null)
            output.Wrapped("  from     ", from);

        if (verdict.Rule is { } rule)
        {
            output.Wrapped("  by       ", $"{rule.Resource}, {Words.Rule(rule.Resource, rule.Index, rule.Name)}{Match(rule)}{At(rule)}");
            output.Wrapped("           ", $"{rule.File}:{rule.Line}");
            if (rule.Delegate is { } target)
            {
                output.Wrapped(
                    "           ", $"delegated to {target.Resource}, {Words.Rule(target.Resource, target.Index, null)}{Match(target)}");
                output.Wrapped("           ", $"{target.File}:{target.Line}");
            }
        }
        else if (verdict.Destinations.Count > 0)
        {
            output.Line("  by       no VirtualService: all of the service");
        }

        if (verdict.Outcome.Length > 0)
            output.Wrapped("  ends in  ", string.Create(
                CultureInfo.InvariantCulture, $"{verdict.Status}: {verdict.Outcome}{(verdict.Location is { } to ? $" to {to}" : "")}"));

        WriteShares(verdict.Destinations, output);
        foreach (var effect in verdict.Effects)
            output.Wrapped($"  {effect.Name,-8} ", effect.Text);

        foreach (var passed in verdict.Passed)
            WritePassed(verdict, passed, output);
    }

    private static void WriteShares(IReadOnlyList<Share> shares, TextWriter output)
    {
        for (var i = 0; i < shares.Count; i++)
        {
            output.Wrapped(i == 0 ? "  to       " : "           ", Describe(shares[i]));

            // The same for all, mostly: told once.
            if (i < shares.Count - 1 && SentAlike(shares[i], shares[i + 1]))
                continue;

            output.Wrapped("  sent as  ", $"{shares[i].Method} {shares[i].Target}");
            foreach (var (name, value) in shares[i].Headers)
                output.Wrapped("           ", $"{name}: {value}");
        }
    }

    private static string Describe(Share share)
    {
        var host = share.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{share.Host}:{port}") : share.Host;
        var end = share.Port is null ? ", which is not there: 503" : "";
        return $"{Words.Percent(share.Percent)} {Words.Destination(host, share.Subset)}{end}";
    }

    private static bool SentAlike(Share one, Share other) => one.Target == other.Target && one.Headers.SequenceEqual(other.Headers);

    private static void WritePassed(Verdict verdict, PassedRule passed, TextWriter output)
    {
        var indent = passed == verdict.Passed[0] ? "  not by   " : "           ";
        output.Wrapped(indent, $"{Words.Rule(passed.Resource, passed.Index, passed.Name)}, line {passed.Line}:");
        foreach (var reason in passed.Reasons)
            output.Wrapped("             ", reason);
    }

    private static string At(RulePlace rule) =>
        rule.Gateways.Count == 0 || rule.Gateways.Contains(MeshProxy.Mesh) ? "" : $", at gateway {string.Join(", ", rule.Gateways)}";

    private static string Match(RulePlace rule) =>
        rule.Match < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", match[{rule.Match}]");
}
