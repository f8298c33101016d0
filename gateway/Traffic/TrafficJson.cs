using System.Text.Json.Serialization;
using MessageBoard.Gateway.Mesh;

namespace MessageBoard.Gateway.Traffic;

/// <summary>The data of a <c>lost</c> event.</summary>
/// <param name="Count">How many events this reader missed because it was slow.</param>
internal sealed record LostEvents(long Count);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RoutedRequest))]
[JsonSerializable(typeof(MeshConfiguration))]
[JsonSerializable(typeof(LostEvents))]
internal sealed partial class TrafficJson : JsonSerializerContext;
