using System.Text;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Requests;

/// <summary>Tells the way of requests by the code that carries it out, up to where they would be sent.</summary>
internal sealed class RequestCheck
{
    private readonly GivenMesh _mesh;
    private readonly MeshProxy _caller;
    private readonly MeshSnapshot _snapshot;
    private readonly MeshRuntime.Generation _generation;
    private readonly Dictionary<ResourceKey, IMeshResource> _resources;

    public RequestCheck(GivenMesh mesh, MeshProxy caller)
    {
        (_mesh, _caller, _snapshot) = (mesh, caller, mesh.Compile(mesh.Resources, [], caller));
        _generation = new(_snapshot, TimeProvider.System, null);
        _resources = mesh.Resources.ToDictionary(resource => resource.Key);
    }

    /// <summary>Answers what the command line asks.</summary>
    /// <param name="mesh">What is in force.</param>
    /// <param name="request">The request, as <see cref="CheckedRequest.Parse"/> takes it.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="from">Who sends it; null for anybody.</param>
    /// <param name="explain">Whether the rules that do not match are told, too.</param>
    /// <exception cref="FormatException">One of them is none.</exception>
    public static (CheckedRequest Request, string? From, Verdict Verdict) Answer(
        GivenMesh mesh, string request, IEnumerable<string> headers, string? from, bool explain)
    {
        var asked = CheckedRequest.Parse(request, headers);
        var caller = from is null ? Callers.Anybody(mesh, asked.Uri.Host) : Callers.Find(from, mesh);
        mesh.CalledPorts.Add(asked.Uri.Port);
        return (asked, from is null ? null : Callers.Describe(caller), new RequestCheck(mesh, caller).Check(asked, explain));
    }

    /// <summary>The port of a service that has not 80; null for any other host.</summary>
    public int? PortOf(string host)
    {
        var ports = _mesh.Resources.OfType<ServiceEntry>().Concat(_mesh.Services)
            .Where(service => service.Hosts.Any(name => HostNames.Names(name, service.Key.Namespace).Contains(host)))
            .SelectMany(service => service.Ports)
            .Select(port => port.Number)
            .ToArray();
        return ports.Length == 0 || ports.Contains(80) ? null : ports[0];
    }

    /// <summary>The way of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="explain">Whether the rules that do not match are told, too.</param>
    public Verdict Check(CheckedRequest request, bool explain = false)
    {
        using var call = Begin(request, 0);
        var decision = call.Decision;
        var verdict = new Verdict { Outcome = "", Passed = explain ? Passed(call) : [] };
        if (decision.Route is not { } route)
            return verdict with
            {
                Outcome = decision.VirtualService is { } service ? $"no rule of {service} matches" : $"nothing knows {call.Uri.Authority}",
                Status = 404,
            };

        if (decision.Destination?.Host == UnknownHosts.PassthroughCluster)
            return verdict with
            {
                Outcome = $"nothing knows {call.Uri.Authority}: ALLOW_ANY sends it on to that host itself",
                Status = 404,
            };

        verdict = verdict with { Rule = PlaceOf(decision) };
        if (Cors.Preflight(call) is not null)
            return verdict with { Outcome = "the mesh answers the preflight", Status = 200 };

        verdict = verdict with { Effects = [.. Effects(decision, route)] };
        if (LocalReply.Redirect(call) is { } redirect)
            return verdict with
            {
                Outcome = "redirect",
                Status = (int)redirect.StatusCode,
                Location = redirect.Headers.NonValidated["Location"].ToString(),
            };

        if (LocalReply.DirectResponse(call) is { } direct)
            return verdict with { Outcome = "direct response", Status = (int)direct.StatusCode };

        var shares = Shares(request, route).ToArray();
        return shares.All(share => share.Port is null)
            ? verdict with { Outcome = $"no service, subset or port of that name: {shares[0].Host}", Status = 503, Destinations = shares }
            : verdict with { Outcome = "", Destinations = shares };
    }

    private Call Begin(CheckedRequest request, int draw) =>
        new(request.ToMessage(), _generation, new FixedDraw(draw), CancellationToken.None);

    private RulePlace? PlaceOf(in RouteDecision decision)
    {
        if (decision.VirtualService is not { } key || decision.Route is not { } route)
            return null;

        var match = decision.Match < 0 ? null : route.Route.Matches[decision.Match];
        if (route.Delegate is { } target)
            return Place(key, route.Index, route.Route.Name, match?.DelegatingIndex ?? -1) with
            {
                Delegate = Place(target, route.DelegateIndex, null, match?.Index ?? -1),
            };

        // A rule of an HTTPRoute is a route for each of its matches.
        return Place(key, route.Index, route.Route.Name, route.Route.Source is { } source ? source.Match ?? -1 : decision.Match);
    }

    private RulePlace Place(ResourceKey key, int rule, string? name, int match)
    {
        var resource = _resources.GetValueOrDefault(key);
        var file = resource?.File ?? "";
        return new(key, file, LineOf(key, file, rule), rule, name, match, resource is null ? [] : GivenMesh.GatewaysOf(resource));
    }

    private int LineOf(ResourceKey key, string file, int rule) =>
        _mesh.Find(file, key)?.LineOf(GivenMesh.PathOf(key, rule)) ?? 0;

    private IEnumerable<Share> Shares(CheckedRequest request, CompiledRoute route)
    {
        var before = 0;
        foreach (var destination in route.Destinations)
        {
            using var call = Begin(request, before);
            before += destination.Weight;
            if (route.TotalWeight > 0 && destination.Weight == 0)
                continue;

            // What Envoy's router does, in its order.
            call.Request.Headers.Host ??= call.Uri.Authority;
            HeaderRules.ApplyRequest(call);
            var target = Rewriting.Apply(call);
            yield return new(
                route.TotalWeight == 0 ? 100 : 100.0 * destination.Weight / route.TotalWeight,
                destination.Host, destination.Subset, call.Decision.Upstream?.Port, request.Method, target, [.. HeadersOf(call.Request)]);
        }
    }

    private static IEnumerable<Header> HeadersOf(HttpRequestMessage request) =>
        from header in request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated ?? default)
        where !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        from value in header.Value
        orderby header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase) ? 0 : 1
        select new Header(header.Key.ToLowerInvariant(), Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value)));

    private IEnumerable<Effect> Effects(RouteDecision decision, CompiledRoute compiled)
    {
        var route = compiled.Route;
        if (route.Fault?.Delay is { } delay)
            yield return new("fault", $"delay {Words.Duration(delay.Duration)} for {Words.Percent(delay.Percentage)}");

        if (route.Fault?.Abort is { } abort)
            yield return new("fault", $"abort {abort.Status} for {Words.Percent(abort.Percentage)}");

        if (compiled.Destinations.Count > 0)
        {
            yield return new("timeout", route.Timeout is { } timeout && timeout > TimeSpan.Zero ? Words.Duration(timeout) : "none");
            yield return new("retries", Words.Retries(route.Retries, RetryOn(decision)));
        }

        foreach (var (mirror, to) in route.Mirrors.Zip(compiled.Mirrors))
            yield return new("mirror", $"{Words.Percent(mirror.Percentage)} to {Words.Destination(to.Host, to.Subset)}");

        foreach (var operation in Words.Operations(decision.Destination?.Headers.Response ?? HeaderOperations.None)
                     .Concat(Words.Operations(compiled.Headers.Response)))
            yield return new("response", operation);
    }

    // As it is written, in Envoy's words.
    private string? RetryOn(in RouteDecision decision) => decision.VirtualService is { } key && decision.Route is { } route
        && _resources.TryGetValue(key, out var resource)
        && _mesh.Find(resource.File, key)?.Find(FieldPath.Spec["http"][route.Index]["retries"]) is { } retries
            ? GivenDocument.Text(retries, "retryOn")
            : null;

    private IReadOnlyList<PassedRule> Passed(Call call)
    {
        if (call.Decision.VirtualService is not { } key || _resources.GetValueOrDefault(key) is not { } resource)
            return [];

        // Gateway API looks at the most specific match first, wherever it stands: all rules that do not match are told.
        var taken = call.Decision.Route?.Index;
        var rules = resource switch
        {
            VirtualService service => service.Http.Index().Take(taken ?? service.Http.Count),
            GatewayHttpRoute route => route.Rules.Index().Where(rule =>
                rule.Index != taken && rule.Item.Matches.Count > 0 && !rule.Item.Matches.Any(match => Holds(match, call))),
            _ => [],
        };
        var request = new OutgoingRequest(call.Request, call.Uri);
        return
        [
            .. rules.Select(rule => new PassedRule(
                key, rule.Index, rule.Item.Name, LineOf(key, resource.File, rule.Index),
                [.. rule.Item.Matches.Select(match => MatchWords.WhyNot(match, request, _caller))])),
        ];
    }

    private static bool Holds(HttpMatch match, Call call) => new CompiledMatch(0, match).Holds(new OutgoingRequest(call.Request, call.Uri));
}
