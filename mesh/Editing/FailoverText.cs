using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Snapshots;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Editing;

/// <summary>
/// Locality failover of a service, after an example that has it: its DestinationRule's outlier detection and localities, and a default
/// route without subsets, as a subset of one cluster has no endpoints elsewhere. What was there before stands in the annotation
/// <see cref="AnnotationName"/> until it is taken back.
/// </summary>
public sealed class FailoverText
{
    /// <summary>The annotation's name.</summary>
    public const string AnnotationName = "messageboard/before-failover";

    private static readonly FieldPath
        Policy = FieldPath.Spec["trafficPolicy"],
        Balancer = Policy["loadBalancer"],
        Annotations = FieldPath.Metadata["annotations"];

    private readonly TrafficPolicy _policy;
    private readonly YamlMappingNode _policyText;
    private readonly YamlNode _retriesText;

    /// <param name="example">The example: a VirtualService and a DestinationRule.</param>
    public FailoverText(string example)
    {
        var documents = DocumentText.Split(example).Select(document => document.In(example)).ToList();
        var editors = documents.ConvertAll(text => new YamlEditor(text, "\n"));
        _policyText = (YamlMappingNode)editors.Select(editor => editor.Find(Policy)).Single(node => node is not null)!;
        _retriesText = editors.Select(editor => editor.Find(FieldPath.Spec["http"][0]["retries"])).Single(node => node is not null)!;
        _policy = ResourceFile.Read("", example).Resources.OfType<DestinationRule>().Single().TrafficPolicy!;
    }

    /// <summary>Whether it is in force for a service, however it came there.</summary>
    public bool IsInForce(MeshSnapshot snapshot, string service) =>
        RuleOf(snapshot, service)?.TrafficPolicy is { OutlierDetection: { } detection, LoadBalancer.Locality: { Enabled: true } locality }
        && detection.Consecutive5xxErrors == _policy.OutlierDetection!.Consecutive5xxErrors
        && detection.MaxEjectionPercent == _policy.OutlierDetection.MaxEjectionPercent
        && locality.Failover.SequenceEqual(_policy.LoadBalancer!.Locality!.Failover)
        && RouteOf(snapshot, service) is { Destinations: [{ Destination.Subset: null }] };

    /// <summary>The resources of a service that it is made of; none where they are not there, or may not be edited.</summary>
    public static IReadOnlyList<ResourceKey> ResourcesOf(MeshSnapshot snapshot, string service) =>
        RuleOf(snapshot, service) is { } rule && snapshot.DefaultRouteOf(service) is { IsHttpRoutes: false } route
            && snapshot.Find(rule.Key)?.IsEditable == true && snapshot.Find(route.Service)?.IsEditable == true
            ? [rule.Key, route.Service]
            : [];

    /// <summary>The text of one of its resources with the failover, or without; the same text when there is nothing to do.</summary>
    /// <param name="snapshot">The configuration.</param>
    /// <param name="service">The service.</param>
    /// <param name="text">The resource.</param>
    /// <param name="inForce">Whether it is to be in force.</param>
    /// <exception cref="FormatException">It cannot be done without changing more; the message says why.</exception>
    public string Write(MeshSnapshot snapshot, string service, ResourceText text, bool inForce)
    {
        try
        {
            var editor = new YamlEditor(text.Yaml, DocumentText.NewLineOf(text.Yaml));
            var route = text.Resource.Key is { Kind: "VirtualService" } ? snapshot.DefaultRouteOf(service)?.Path : null;
            if (inForce && text.Annotation(AnnotationName) is null)
                Apply(editor, route);
            else if (!inForce && text.Annotation(AnnotationName) is { } before)
                TakeBack(editor, YamlDocuments.Read(before)[0], route);

            return editor.Text;
        }
        catch (Exception exception) when (exception is YamlEditException or YamlDotNet.Core.YamlException or InvalidCastException)
        {
            throw new FormatException($"{text.Resource.Key}: {exception.Message}", exception);
        }
    }

    private void Apply(YamlEditor text, FieldPath? route)
    {
        var settings = new List<(FieldPath Path, YamlNode Wanted)>();
        if (route is null)
            Collect(text, Policy, _policyText, settings);
        else if (text.Find(route["retries"]) is null)
            settings.Add((route["retries"], _retriesText));

        var before = settings.ConvertAll(setting => YamlWriter.Map(
            ("at", YamlWriter.Text(setting.Path.ToString())), ("was", text.Find(setting.Path))));
        var destinations = route is null ? null : text.Find(route["route"]) as YamlSequenceNode;
        if (settings.Count == 0 && (destinations is null || (destinations.Children.Count == 1 && !HasSubset(destinations))))
            return;

        var annotation = YamlWriter.Text(YamlWriter.Flow(
            YamlWriter.Map(("settings", new YamlSequenceNode(before)), ("route", destinations)), json: false));
        foreach (var (path, wanted) in settings)
            text.Set(path, wanted);

        if (destinations is not null)
        {
            for (var i = destinations.Children.Count - 1; i > 0; i--)
                text.Remove(route!["route"][i]);

            text.Remove(route!["route"][0]["destination"]["subset"]);
            text.Remove(route["route"][0]["weight"]);
        }

        if (text.Find(Annotations) is null)
            text.Set(Annotations, YamlWriter.Map((AnnotationName, annotation)));
        else
            text.Set(Annotations[AnnotationName], annotation);
    }

    private static void TakeBack(YamlEditor text, YamlNode before, FieldPath? route)
    {
        var was = (YamlMappingNode)before;
        foreach (var setting in (YamlSequenceNode)was.Children[YamlWriter.Text("settings")])
        {
            var path = FieldPath.Of(((YamlScalarNode)setting["at"]).Value!.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries))!;
            if (((YamlMappingNode)setting).Children.TryGetValue(YamlWriter.Text("was"), out var value))
                text.Set(path, value);
            else
                text.Remove(path);
        }

        if (route is not null && was.Children.TryGetValue(YamlWriter.Text("route"), out var list))
        {
            var (destinations, first) = ((YamlSequenceNode)list, route["route"][0]);
            if (destinations[0]["destination"] is YamlMappingNode destination
                && destination.Children.TryGetValue(YamlWriter.Text("subset"), out var subset))
                text.Set(first["destination"]["subset"], subset);

            if (((YamlMappingNode)destinations[0]).Children.TryGetValue(YamlWriter.Text("weight"), out var weight))
                text.Set(first["weight"], weight);

            foreach (var more in destinations.Children.Skip(1))
                text.Append(route["route"], (YamlMappingNode)more);
        }

        if (text.Find(Annotations) is YamlMappingNode { Children.Count: 1 })
            text.Remove(Annotations);
        else
            text.Remove(Annotations[AnnotationName]);
    }

    // What has to be set so that there is all that is wanted; keys that the example does not have stay as they are.
    private static void Collect(YamlEditor text, FieldPath path, YamlNode wanted, List<(FieldPath Path, YamlNode Wanted)> settings)
    {
        var there = text.Find(path);
        if (there is not YamlMappingNode || wanted is not YamlMappingNode wantedMap)
        {
            if (!wanted.Equals(there))
                settings.Add((path, wanted));

            return;
        }

        // How it balances within a locality is the rule's own business.
        foreach (var (name, value) in wantedMap.Children.Where(entry => path != Balancer || ((YamlScalarNode)entry.Key).Value != "simple"))
            Collect(text, path[((YamlScalarNode)name).Value!], value, settings);
    }

    private static bool HasSubset(YamlSequenceNode? destinations) => destinations is { Children: [YamlMappingNode only] }
        && only.Children.TryGetValue(YamlWriter.Text("destination"), out var destination)
        && destination is YamlMappingNode named && named.Children.ContainsKey(YamlWriter.Text("subset"));

    private static DestinationRule? RuleOf(MeshSnapshot snapshot, string service) => snapshot.Resources.OfType<DestinationRule>()
        .FirstOrDefault(rule => rule.Host == service || rule.Host.StartsWith($"{service}.", StringComparison.Ordinal));

    private static HttpRoute? RouteOf(MeshSnapshot snapshot, string service) =>
        snapshot.DefaultRouteOf(service) is { IsHttpRoutes: false } route
            ? snapshot.Resources.OfType<VirtualService>().First(candidate => candidate.Key == route.Service).Http.ElementAt(route.Index)
            : null;
}
