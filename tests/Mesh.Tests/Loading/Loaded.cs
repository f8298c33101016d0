namespace MessageBoard.Mesh.Tests.Loading;

/// <summary>Reads one resource that is written in a few words.</summary>
internal static class Loaded
{
    private const string To = "route: [{destination: {host: a}}]";

    /// <summary>A VirtualService with one route in flow style; where it names no target it goes to a service.</summary>
    public static ResourceFile Route(string fields) => File(
        "networking.istio.io/v1",
        "VirtualService",
        $"{{hosts: [a], http: [{{{Join(fields, NamesTarget(fields.ReplaceLineEndings(" ")) ? "" : To)}}}]}}");

    public static ResourceFile VirtualService(string spec) => File("networking.istio.io/v1", "VirtualService", $"{{{spec}}}");

    public static ResourceFile Rule(string spec) => File("networking.istio.io/v1", "DestinationRule", $"{{{Join("host: a", spec)}}}");

    public static ResourceFile Policy(string fields) => Rule($"trafficPolicy: {{{fields}}}");

    public static ResourceFile Authorization(string spec) => File("security.istio.io/v1", "AuthorizationPolicy", $"{{{spec}}}");

    /// <summary>An HTTPRoute; where it names no parent it is bound to a service.</summary>
    public static ResourceFile HttpRoute(string spec)
    {
        var parents = spec.Contains("parentRefs:", StringComparison.Ordinal) ? "" : "parentRefs: [{group: '', kind: Service, name: a}]";
        return File("gateway.networking.k8s.io/v1", "HTTPRoute", $"{{{Join(parents, spec)}}}");
    }

    public static ResourceFile File(string apiVersion, string kind, string spec) =>
        ResourceFile.Read(
            "a.yaml", $"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec.ReplaceLineEndings(" ")}\n");

    /// <summary>The one resource of a file in which nothing is wrong.</summary>
    public static T Only<T>(this ResourceFile file) where T : IMeshResource
    {
        Assert.Empty(file.Problems);
        return Assert.IsType<T>(Assert.Single(file.Resources));
    }

    public static HttpRoute OnlyRoute(this ResourceFile file) => Assert.Single(file.Only<VirtualService>().Http);

    public static TrafficPolicy OnlyPolicy(this ResourceFile file) => file.Only<DestinationRule>().TrafficPolicy!;

    public static IEnumerable<string> Notes(this ResourceFile file) =>
        Assert.Single(file.Statuses).NotCarriedOut.Select(note => note.Message);

    /// <summary>That the file is refused for this reason.</summary>
    public static void IsRefused(this ResourceFile file, string message)
    {
        Assert.True(
            file.Problems.Any(problem => problem.Message.StartsWith(message, StringComparison.Ordinal)),
            $"'{message}' is none of: {string.Join("; ", file.Problems.Select(problem => problem.Message))}");
        Assert.Empty(file.Resources);
    }

    private static bool NamesTarget(
        string fields) => fields.StartsWith("route:", StringComparison.Ordinal) || fields.Contains("redirect:", StringComparison.Ordinal)
        || fields.Contains("directResponse:", StringComparison.Ordinal) || fields.Contains(", route:", StringComparison.Ordinal);

    private static string Join(string one, string other) => one.Length == 0 || other.Length == 0 ? one + other : $"{one}, {other}";
}
