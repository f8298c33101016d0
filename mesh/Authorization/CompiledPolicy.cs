namespace MessageBoard.Mesh.Authorization;

/// <summary>A policy, ready to be asked.</summary>
internal sealed class CompiledPolicy(AuthorizationPolicy policy)
{
    private readonly CompiledRule[] _rules = [.. policy.Rules.Select(rule => new CompiledRule(rule, policy.Key.Namespace))];

    /// <summary>Its <c>namespace/name</c>.</summary>
    public string Name { get; } = $"{policy.Key.Namespace}/{policy.Key.Name}";

    public AuthorizationAction Action => policy.Action;

    public bool IsDryRun => policy.IsDryRun;

    /// <summary>Whether one of its rules matches.</summary>
    public bool Matches(in InboundRequest request)
    {
        foreach (var rule in _rules)
        {
            if (rule.Matches(request))
                return true;
        }

        return false;
    }

    private sealed class CompiledRule(AuthorizationRule rule, string ns)
    {
        private readonly RequestTest[][] _from = [.. rule.From.Select(source => Compile(source, ns))];
        private readonly RequestTest[][] _to = [.. rule.To.Select(operation => Compile(operation, ns))];
        private readonly RequestTest[] _when = Compile(rule.When, ns);

        public bool Matches(in InboundRequest request) =>
            (_from.Length == 0 || AnyHolds(_from, request)) && (_to.Length == 0 || AnyHolds(_to, request)) && Hold(_when, request);

        private static RequestTest[] Compile(IReadOnlyList<AuthorizationCondition> conditions, string ns) =>
            [.. conditions.Select(condition => Conditions.Compile(condition, ns))];

        private static bool AnyHolds(RequestTest[][] alternatives, in InboundRequest request)
        {
            foreach (var tests in alternatives)
            {
                if (Hold(tests, request))
                    return true;
            }

            return false;
        }

        private static bool Hold(RequestTest[] tests, in InboundRequest request)
        {
            foreach (var test in tests)
            {
                if (!test(request))
                    return false;
            }

            return true;
        }
    }
}
