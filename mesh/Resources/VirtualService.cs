namespace MessageBoard.Mesh.Resources;

/// <summary>How requests to some hosts are routed (https://istio.io/latest/docs/reference/config/networking/virtual-service/).</summary>
/// <param name="Id">Which one it is.</param>
/// <param name="Hosts">The hosts: short names, full names, <c>*</c> or <c>*.suffix</c>.</param>
/// <param name="AppliesToMesh">Whether it is for calls inside the mesh, not only for named gateways.</param>
/// <param name="Http">The routes in order; the first that matches is taken.</param>
public sealed record VirtualService(ResourceId Id, IReadOnlyList<string> Hosts, bool AppliesToMesh, IReadOnlyList<HttpRoute> Http) : IMeshResource;

/// <summary>One rule of a VirtualService.</summary>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="Matches">Any of these has to match; none means every request.</param>
/// <param name="Destinations">Where the requests go, by weight.</param>
public sealed record HttpRoute(string? Name, IReadOnlyList<HttpMatch> Matches, IReadOnlyList<HttpRouteDestination> Destinations);

/// <summary>What a request has to be like: all that is given has to hold.</summary>
/// <param name="Uri">The path, without the query.</param>
/// <param name="IgnoreUriCase">Whether exact and prefix matches of the path pass over case.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Authority">The <c>Host</c> header.</param>
/// <param name="Headers">Headers that have to match.</param>
/// <param name="WithoutHeaders">Headers that must not match.</param>
public sealed record HttpMatch(
    StringMatch? Uri, bool IgnoreUriCase, StringMatch? Method, StringMatch? Authority,
    IReadOnlyList<KeyValuePair<string, StringMatch>> Headers, IReadOnlyList<KeyValuePair<string, StringMatch>> WithoutHeaders);

/// <summary>Where a part of the requests goes.</summary>
/// <param name="Host">The service: a short name is of the VirtualService's namespace.</param>
/// <param name="Subset">The subset of its DestinationRule; null for all workloads.</param>
/// <param name="Port">The service's port; null where it has only one.</param>
/// <param name="Weight">Its share of the sum of all weights; null when none is given.</param>
public sealed record HttpRouteDestination(string Host, string? Subset, int? Port, int? Weight);
