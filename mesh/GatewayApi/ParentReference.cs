namespace MessageBoard.Mesh.GatewayApi;

/// <summary>What a route is bound to (https://gateway-api.sigs.k8s.io/reference/spec/#parentreference).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Port">The only port that the route is for; null for all.</param>
public sealed record ParentReference(ParentKind Kind, string Namespace, string Name, int? Port);

/// <summary>Kinds of parents that Istio knows.</summary>
public enum ParentKind
{
    /// <summary>Another one, which is another controller's.</summary>
    Other,

    /// <summary>Gateway API's Gateway.</summary>
    Gateway,

    /// <summary>A Service: the route steers what the mesh sends to it (https://gateway-api.sigs.k8s.io/mesh/).</summary>
    Service,

    /// <summary>Istio's ServiceEntry, as a Service.</summary>
    ServiceEntry,
}
