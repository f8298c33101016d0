using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.History;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Mark))]
[JsonSerializable(typeof(SecondOfAll))]
internal sealed partial class HistoryJson : JsonSerializerContext;
