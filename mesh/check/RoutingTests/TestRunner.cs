using System.Globalization;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using MessageBoard.MeshCheck.Requests;

namespace MessageBoard.MeshCheck.RoutingTests;

/// <summary>Runs routing tests.</summary>
/// <param name="mesh">What is tested.</param>
internal sealed class TestRunner(GivenMesh mesh)
{
    private readonly Dictionary<string, RequestCheck> _checks = [];
    private readonly HashSet<(ResourceKey Resource, int Rule)> _reached = [];

    /// <summary>Runs tests; gives the rules that none of them has reached, too.</summary>
    /// <exception cref="FormatException">A caller is none.</exception>
    public static (IReadOnlyList<TestResult> Results, IReadOnlyList<UntestedRule> Untested) Run(
        GivenMesh mesh, IReadOnlyList<RoutingTest> tests)
    {
        mesh.CalledPorts.UnionWith(tests.SelectMany(test => test.Request.Ports));
        var runner = new TestRunner(mesh);
        TestResult[] results = [.. tests.Select(runner.Run)];
        return (results, [.. runner.Untested()]);
    }

    /// <summary>Runs a test.</summary>
    /// <exception cref="FormatException">Its caller is none.</exception>
    private TestResult Run(RoutingTest test)
    {
        var failures = new List<TestFailure>();
        var requests = 0;
        foreach (var (request, check) in Requests(test.Request))
        {
            requests++;
            failures.AddRange(Run(test, request, check));
        }

        return new(test, requests, failures);
    }

    // As who the request is sent.
    private RequestCheck CheckFor(TestRequest request, string authority)
    {
        var colon = authority.LastIndexOf(':');
        var host = colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
        var caller = request.From is { } from ? Callers.Find(from, mesh) : Callers.Anybody(mesh, host);
        var key = request.From ?? $"/{caller.Namespace}";
        if (!_checks.TryGetValue(key, out var check))
            _checks.Add(key, check = new(mesh, caller));

        return check;
    }

    /// <summary>The rules that no test has reached so far.</summary>
    private IEnumerable<UntestedRule> Untested() =>
        from resource in mesh.Resources
        let rules = resource switch { VirtualService service => service.Http, GatewayHttpRoute route => route.Rules, _ => [] }
        from rule in rules.Index()
        where !_reached.Contains((resource.Key, rule.Index))
        select new UntestedRule(
            resource.Key, rule.Index, rule.Item.Name, resource.File,
            mesh.Find(resource.File, resource.Key)?.LineOf(GivenMesh.PathOf(resource.Key, rule.Index)) ?? 0);

    private TestFailure[] Run(RoutingTest test, CheckedRequest request, RequestCheck check)
    {
        var verdict = check.Check(request);
        if (verdict.Rule is { } rule)
        {
            _reached.Add((rule.Resource, rule.Index));
            if (rule.Delegate is { } target)
                _reached.Add((target.Resource, target.Index));
        }

        string[] messages =
        [
            .. Differences(test, verdict)
                .Where(difference => (difference.Text is null) != test.WantMatch)
                .Select(difference => difference.Text ?? $"{difference.Field} is as it must not be: wantMatch is not true"),
        ];
        return messages.Length == 0 ? [] : [new(request.ToString(), Words.Rule(verdict), messages)];
    }

    // For each field that the test names: how it is different, or that it is not.
    private IEnumerable<(string Field, string? Text)> Differences(RoutingTest test, Verdict verdict)
    {
        var compare = new WrittenFields(verdict.Rule?.Resource.Namespace ?? HostNames.DefaultNamespace);
        foreach (var field in TestFiles.RuleFields.Where(field => test.Wanted.IndexOf(field) >= 0))
        {
            var found = Written(verdict, field);
            var difference = compare.Difference(new(null, field), test.Wanted[test.Wanted.IndexOf(field)].Value, found);
            yield return (field, difference is null ? null : $"{difference.Path} is {difference.Found}, not {difference.Wanted}");
        }

        var (outcome, rule) = (test.Outcome, verdict.Rule);
        if (outcome.VirtualService is { } service)
        {
            var ns = service.Contains('/') && rule is not null ? $"{rule.Resource.Namespace}/" : "";
            yield return ("virtualService", Text(service, rule is null ? null : $"{ns}{rule.Resource.Name}"));
        }

        if (outcome.Rule is { } name)
            yield return ("rule", Text(name, rule?.Name));

        if (outcome.Status is { } status)
            yield return ("status", Text(
                status.ToString(CultureInfo.InvariantCulture), verdict.Status?.ToString(CultureInfo.InvariantCulture)));

        if (outcome.Subset is { } subset)
            yield return ("subset", verdict.Destinations.Count > 0 && verdict.Destinations.All(share => share.Subset == subset)
                ? null
                : $"it goes to {Shares(verdict)}, not to subset {subset}");

        if (outcome.Weights is { } weights)
            yield return ("weights", Weights(weights, verdict, rule?.Resource.Namespace ?? HostNames.DefaultNamespace));
    }

    // A field of the rule; of a rule that delegates that of the delegate's before its own. What a service without a VirtualService does is
    // written nowhere.
    private YamlItem? Written(Verdict verdict, string field)
    {
        if (verdict.Rule is { } rule)
            return (rule.Delegate is { } target ? Field(target, field) : null) ?? Field(rule, field);

        return field == "route" && verdict.Destinations is [{ } only]
            ? YamlDocuments.ReadItems($"[{{destination: {{host: {only.Host}}}}}]")[0]
            : null;
    }

    private YamlItem? Field(RulePlace rule, string field) =>
        mesh.Find(rule.File, rule.Resource)?.Find(GivenMesh.PathOf(rule.Resource, rule.Index)[field]);

    private static string? Text(string wanted, string? found) => found == wanted ? null : $"it is {found ?? "none"}, not {wanted}";

    private static string? Weights(IReadOnlyDictionary<string, int> weights, Verdict verdict, string ns)
    {
        var sum = weights.Values.Sum(weight => (double)weight);
        var wanted = weights.Where(weight => weight.Value > 0).ToDictionary(weight => weight.Key, weight => 100 * weight.Value / sum);
        var isSame = verdict.Destinations.Count == wanted.Count && verdict.Destinations.All(share =>
            wanted.Where(weight => IsFor(share, weight.Key, ns)).Sum(weight => weight.Value) is var percent and > 0
            && Math.Abs(percent - share.Percent) < 0.005);
        var inWords = string.Join(", ", wanted.Select(weight => $"{weight.Key} {Words.Percent(weight.Value)}"));
        return isSame ? null : $"it goes to {Shares(verdict)}, not to {inWords}";
    }

    private static bool IsFor(Share share, string name, string ns) => share.Subset is { } subset ? name == subset
        : HostNames.FullName(name, ns).Equals(share.Host, StringComparison.OrdinalIgnoreCase);

    private static string Shares(Verdict verdict) => verdict.Destinations.Count == 0
        ? "nobody"
        : string.Join(", ", verdict.Destinations.Select(share => $"{share.Subset ?? share.Host} {Words.Percent(share.Percent)}"));

    private IEnumerable<(CheckedRequest Request, RequestCheck Check)> Requests(TestRequest request) =>
        from uri in request.Uris
        from authority in request.Authorities
        let check = CheckFor(request, authority)
        from method in request.Methods
        select (
            CheckedRequest.Create(method, Address(request, authority, uri, check), [.. request.Headers])
                ?? throw new FormatException($"'{method} {authority}{uri}' is no request"),
            check);

    private static string Address(TestRequest request, string authority, string uri, RequestCheck check)
    {
        var hasPort = authority.LastIndexOf(':') > authority.LastIndexOf(']');
        var port = request.Port ?? (hasPort || request.Scheme == "https" ? null : check.PortOf(authority));
        var end = port is null || hasPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}");
        var query = string.Join('&', request.Query.Select(parameter => $"{parameter.Key}={parameter.Value}"));
        return $"{request.Scheme}://{authority}{end}{uri}{(query.Length == 0 ? "" : uri.Contains('?') ? "&" : "?")}{query}";
    }
}
