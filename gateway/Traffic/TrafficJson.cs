using System.Text.Json.Serialization;
using MessageBoard.Gateway.Mesh;

namespace MessageBoard.Gateway.Traffic;

/// <summary>The data of a <c>lost</c> event.</summary>
/// <param name="Count">How many requests this reader missed because it was slow.</param>
internal sealed record LostEvents(long Count);

/// <summary>The data of a <c>heartbeat</c> event.</summary>
/// <param name="Time">The gateway's time.</param>
internal sealed record Heartbeat(DateTimeOffset Time);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RoutedRequest))]
[JsonSerializable(typeof(MeshConfiguration))]
[JsonSerializable(typeof(LostEvents))]
[JsonSerializable(typeof(Heartbeat))]
internal sealed partial class TrafficJson : JsonSerializerContext;
