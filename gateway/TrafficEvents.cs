using MessageBoard.Gateway.Edges;
using MessageBoard.Gateway.Fleet;
using MessageBoard.Gateway.History;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Gateway.Rollouts;
using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway;

/// <summary>
/// What the server-sent events of <c>GET /api/traffic/events</c> have for data, by their names: for the OpenAPI document.
/// </summary>
internal sealed record TrafficEvents(
    RoutedRequest Request, LostEvents Lost, Heartbeat Heartbeat, MeshConfiguration Configuration, FleetReport Fleet, EdgeList Edges,
    SecondOfAll Second, Mark Mark, RolloutList Rollouts);
