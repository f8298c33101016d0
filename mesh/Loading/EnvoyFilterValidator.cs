using System.Collections.Frozen;
using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Istio's ValidateEnvoyFilter (pkg/config/validation/envoyfilter/envoyfilter.go) and the schema of its CRD. What a patch writes is
/// Envoy's own configuration, which is not looked into, types by their names apart.
/// </summary>
internal static partial class EnvoyFilterValidator
{
    private const int MaxLabels = 256, MaxVersion = 1024;

    private static readonly string[] Objects = ["listener", "routeConfiguration", "cluster", "waypoint"];

    // What the match of a patch has to be of, if it is of anything.
    private static readonly FrozenDictionary<string, string> MatchOf = new Dictionary<string, string>
    {
        ["LISTENER"] = "listener",
        ["FILTER_CHAIN"] = "listener",
        ["NETWORK_FILTER"] = "listener",
        ["HTTP_FILTER"] = "listener",
        ["ROUTE_CONFIGURATION"] = "routeConfiguration",
        ["VIRTUAL_HOST"] = "routeConfiguration",
        ["HTTP_ROUTE"] = "routeConfiguration",
        ["CLUSTER"] = "cluster",
    }.ToFrozenDictionary();

    public static void Check(YamlFields spec)
    {
        if (spec.Has("workloadSelector") && spec.Has("targetRefs"))
            spec.Report(null, "has to have one of workloadSelector and targetRefs");

        PolicyTargetReader.CheckReferences(spec);
        if (spec.Object("workloadSelector") is { } selector)
        {
            selector.AtMost("labels", MaxLabels);
            NameRules.ReadSelector(selector, "labels");
            selector.Done();
        }

        spec.Whole("priority", int.MinValue, int.MaxValue);
        foreach (var patch in spec.Objects("configPatches"))
            CheckPatch(patch);

        spec.Done();
    }

    private static void CheckPatch(YamlFields fields)
    {
        var applyTo = fields.Word(
            "applyTo", "INVALID", "LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "ROUTE_CONFIGURATION", "VIRTUAL_HOST",
            "HTTP_ROUTE", "CLUSTER", "EXTENSION_CONFIG", "BOOTSTRAP", "LISTENER_FILTER");
        var match = fields.Object("match");
        var context = match?.Word("context", "ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY", "WAYPOINT");
        var operation = "";
        var patch = fields.Object("patch");
        if (patch is not null)
        {
            patch.Word("filterClass", "UNSPECIFIED", "AUTHN", "AUTHZ", "STATS");
            operation = patch.Word(
                "operation", "INVALID", "MERGE", "ADD", "REMOVE", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "REPLACE",
                "MERGE_AND_REPLACE_LIST");
            patch.AnyObject("value", EnvoyProblem);
            patch.Done();
        }

        if (match is not null)
            CheckMatch(match, applyTo, context);

        // Of a waypoint's patches the webhook looks at nothing.
        if (context is not "WAYPOINT")
        {
            if (applyTo is "INVALID" || !fields.Has("applyTo"))
                fields.Report("applyTo", "is missing");

            if (!fields.Has("patch"))
                fields.Report("patch", "is missing");
            else if (patch is not null && (operation is "INVALID" || !patch.Has("operation")))
                patch.Report("operation", "is missing");
            else if (patch is not null && operation is not "REMOVE" && !patch.Has("value"))
                patch.Report("value", "is missing: only the operation REMOVE has none");
        }

        fields.Done();
    }

    // Types that Envoy has no more, and names that are no texts: as much as can be told without Envoy's own descriptions.
    private static string? EnvoyProblem(YamlMap value)
    {
        if (value.IndexOf("name") is >= 0 and var at && !(value[at].Value is YamlText name
            && (!name.IsPlain || (YamlWords.Truth(name.Value) is null && !YamlWords.IsNumber(name.Value)))))
            return "has a name that is no text";

        return TypesOf(value).FirstOrDefault(type => OldVersion().IsMatch(type)) is { } old
            ? $"has the type '{old}', which Envoy has no more: v3 has taken its place"
            : null;
    }

    private static IEnumerable<string> TypesOf(YamlItem item) => item switch
    {
        YamlMap map => Enumerable.Range(0, map.Count).SelectMany(i => TypesOf(map[i].Value))
            .Concat(map.TryGetText("@type", out var type) ? [type] : []),
        YamlList list => list.Items.SelectMany(TypesOf),
        _ => [],
    };

    private static void CheckMatch(YamlFields match, string? applyTo, string? context)
    {
        if (Objects.Count(match.Has) > 1)
            match.Report(null, $"has to have one of {string.Join(", ", Objects)}");

        if (match.Has("waypoint") != context is "WAYPOINT")
            match.Report("waypoint", "has to be given with the context WAYPOINT, and only with it");

        if (context is not "WAYPOINT" && applyTo is not null && MatchOf.TryGetValue(applyTo, out var kind)
            && Objects.FirstOrDefault(match.Has) is { } given && given != kind)
            match.Report(given, $"cannot be what applyTo {applyTo} matches: {kind} can");

        if (match.Object("proxy") is { } proxy)
            CheckProxy(proxy);

        if (match.Object("listener") is { } listener)
            CheckListener(listener, applyTo);

        if (match.Object("routeConfiguration") is { } routes)
            CheckRoutes(routes);

        if (match.Object("cluster") is { } cluster)
        {
            Texts(cluster, "name", "service", "subset");
            cluster.Count("portNumber");
            cluster.Done();
        }

        if (match.Object("waypoint") is { } waypoint)
            CheckWaypoint(waypoint);

        match.Done();
    }

    private static void CheckProxy(YamlFields proxy)
    {
        proxy.TextMap("metadata");
        if (proxy.FilledText("proxyVersion") is { Length: <= MaxVersion } version)
            StringMatchReader.TryReadRegex(proxy, "proxyVersion", version, Re2.Parse, out _);

        proxy.Done();
    }

    private static void CheckListener(YamlFields listener, string? applyTo)
    {
        Texts(listener, "name", "portName", "listenerFilter");
        listener.Count("portNumber");
        if (listener.Object("filterChain") is { } chain)
        {
            Texts(chain, "name", "sni", "transportProtocol", "transportSocket", "applicationProtocols");
            chain.Count("destinationPort");
            if (chain.Object("filter") is { } filter)
                CheckFilter(filter, applyTo);

            chain.Done();
        }

        listener.Done();
    }

    private static void CheckFilter(YamlFields filter, string? applyTo)
    {
        var name = filter.RequiredText("name");
        if (filter.Object("subFilter") is { } sub)
        {
            if (applyTo is not "HTTP_FILTER")
                filter.Report("subFilter", "is for applyTo HTTP_FILTER only");

            if (name is not (null or "envoy.filters.network.http_connection_manager" or "envoy.http_connection_manager"))
                filter.Report("subFilter", "is for the filter envoy.filters.network.http_connection_manager only");

            sub.RequiredText("name");
            sub.Done();
        }

        filter.Done();
    }

    private static void CheckRoutes(YamlFields routes)
    {
        Texts(routes, "gateway", "name", "portName");
        routes.Count("portNumber");
        if (routes.Object("vhost") is { } host)
        {
            Texts(host, "name", "domainName");
            if (host.Object("route") is { } route)
            {
                route.Text("name");
                route.Word("action", "ANY", "ROUTE", "REDIRECT", "DIRECT_RESPONSE");
                route.Done();
            }

            host.Done();
        }

        routes.Done();
    }

    private static void CheckWaypoint(YamlFields waypoint)
    {
        waypoint.Whole("portNumber", 1, 65535);
        if (waypoint.Object("filter") is { } filter)
        {
            filter.Text("name");
            if (filter.Object("subFilter") is { } sub)
            {
                sub.Text("name");
                sub.Done();
            }

            filter.Done();
        }

        if (waypoint.Object("route") is { } route)
        {
            route.Text("name");
            route.Done();
        }

        waypoint.Done();
    }

    [GeneratedRegex(@"\.v2(alpha[0-9]*)?\.")]
    private static partial Regex OldVersion();

    private static void Texts(YamlFields fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            fields.Text(name);
    }
}
