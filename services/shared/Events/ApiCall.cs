using System.Text.Json.Serialization;

namespace MessageBoard.Shared.Events;

/// <summary>One call of the API, as it is kept in Redis and sent through Kafka. Holds no query, no body and no secret.</summary>
/// <param name="Id">32 hex digits, unique.</param>
/// <param name="Time">When it ended.</param>
/// <param name="User">Who called; null when nobody was logged in.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path without the query.</param>
/// <param name="Route">The route's template, the same for all ids.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="DurationMs">How long it took in the service, in ms; where the mesh answered, in the gateway.</param>
/// <param name="Service">The service that answered, or was asked where the mesh did.</param>
/// <param name="Cluster">Its cluster; null where the mesh answered.</param>
/// <param name="Pod">Its pod; null where the mesh answered.</param>
/// <param name="TraceId">The W3C trace id, 32 hex digits.</param>
/// <param name="AnsweredBy"><see cref="ByService"/> or <see cref="ByMesh"/>; records of before this was told are a service's.</param>
/// <param name="Flags">What went wrong in the mesh, in Envoy's letters, separated by commas; null for nothing, or where none are
/// known.</param>
public sealed record ApiCall(
    string Id, DateTimeOffset Time, string? User, string Method, string Path, string Route, int Status, double DurationMs,
    string Service, string? Cluster, string? Pod, string TraceId, string AnsweredBy = ApiCall.ByService, string? Flags = null)
{
    /// <summary>How many characters the texts have at most; a pod's name is a DNS name (RFC 1035).</summary>
    public const int MaxMethod = 16, MaxPath = 512, MaxRoute = 128, MaxName = 64, MaxPod = 253;

    /// <summary>Who answered: a service, or the mesh itself (a fault, no healthy upstream).</summary>
    public const string ByService = "service", ByMesh = "mesh";

    /// <summary>The route of a path that is none of the API's.</summary>
    public const string NoRoute = "(no route)";

    /// <summary>How the route of each ping ends.</summary>
    public const string PingRoute = "/ping";

    private const int IdLength = 32;
    private const int MinStatus = 100, MaxStatus = 599; // RFC 9110, section 15
    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(1);

    // Nobody can leave a field out, or write null for one that always has a value.
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerOptions.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>Whether it is one of the pings, of which there are thousands, all alike.</summary>
    [JsonIgnore]
    public bool IsPing => Route.EndsWith(PingRoute, StringComparison.Ordinal);

    /// <summary>Whether it ended with a 5xx status.</summary>
    [JsonIgnore]
    public bool IsError => Status >= 500;

    /// <summary>The call as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads what may have been written by anybody.</summary>
    /// <param name="json">What should be a call.</param>
    /// <param name="problem">Why it is none; says nothing of its content.</param>
    /// <returns>A call whose values are all in their bounds; null if this is none.</returns>
    public static ApiCall? Read(ReadOnlySpan<byte> json, out string? problem)
    {
        ApiCall? call = null;
        try
        {
            call = JsonSerializer.Deserialize<ApiCall>(json, Json);
            problem = call is null ? "it is null" : call.Problem();
        }
        catch (JsonException)
        {
            problem = "it is no JSON of a call";
        }

        return problem is null ? call : null;
    }

    /// <summary>A text, cut where it is too long.</summary>
    public static string Shorten(string text, int length) => text.Length <= length ? text : text[..length];

    private string? Problem() =>
        !IsHex(Id) ? "its id is not 32 hex digits"
        : !IsHex(TraceId) ? "its trace id is not 32 hex digits"
        : User?.Length > MaxName ? "its user is too long"
        : Method.Length > MaxMethod ? "its method is too long"
        : Path.Length > MaxPath ? "its path is too long"
        : Route.Length > MaxRoute ? "its route is too long"
        : Service.Length > MaxName ? "its service is too long"
        : AnsweredBy is not (ByService or ByMesh) ? "nobody is known to have answered it"
        : AnsweredBy == ByService && (Cluster is null || Pod is null) ? "it does not say which pod answered"
        : Cluster?.Length > MaxName ? "its cluster is too long"
        : Pod?.Length > MaxPod ? "its pod is too long"
        : Flags?.Length > MaxName ? "its flags are too long"
        : Status is < MinStatus or > MaxStatus ? "its status is none of HTTP's"
        : !(DurationMs >= 0 && DurationMs <= MaxDuration.TotalMilliseconds) ? "its duration is not between 0 and a day" // NaN neither
        : null;

    private static bool IsHex(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigit);
}
