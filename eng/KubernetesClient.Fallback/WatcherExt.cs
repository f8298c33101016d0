using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s.Autorest;
using k8s.Models;

namespace k8s;

/// <summary>What happened to a watched object.</summary>
public enum WatchEventType
{
    Added,

    Modified,

    Deleted,

    Error,

    /// <summary>Nothing: the object has only the resource version up to which the watch has told everything.</summary>
    Bookmark,
}

/// <summary>Reads a watch's stream.</summary>
public static class WatcherExt
{
    /// <summary>The events as they come, until the server ends the watch; one that brought none ends too, without an exception.</summary>
    /// <typeparam name="T">The objects' type.</typeparam>
    /// <typeparam name="TList">The list's type.</typeparam>
    /// <param name="responseTask">A list call with <c>watch: true</c>.</param>
    /// <param name="onError">
    /// Is told of each line that is no event: a <see cref="KubernetesException"/> for a status, such as 410 for a resource version that
    /// is too old; a <see cref="JsonException"/> for what cannot be read. The stream goes on.
    /// </param>
    /// <param name="cancellationToken">Ends the watch, as the token of the list call does.</param>
    /// <exception cref="HttpOperationException">The server refused the watch.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">One of the tokens was cancelled.</exception>
    public static async IAsyncEnumerable<(WatchEventType, T)> WatchAsync<T, TList>(
        this Task<HttpOperationResponse<TList>> responseTask,
        Action<Exception>? onError = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(responseTask);
        using var response = await responseTask.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, response.Cancellation);
        using var lines = new StreamReader(await response.Response!.Content.ReadAsStreamAsync(cancellation.Token).ConfigureAwait(false));
        while (await lines.ReadLineAsync(cancellation.Token).ConfigureAwait(false) is { } line)
        {
            (WatchEventType, T)? @event = null;
            try
            {
                @event = Read<T>(line);
            }
            catch (Exception problem) when (problem is KubernetesException or JsonException)
            {
                onError?.Invoke(problem);
            }

            if (@event is { } told)
                yield return told;
        }
    }

    private static (WatchEventType, T) Read<T>(string line)
    {
        if (JsonSerializer.Deserialize<WatchEvent>(line, JsonSerializerOptions.Web) is not { Object.ValueKind: JsonValueKind.Object } told)
            throw new JsonException("a line of the watch is not an event");

        if (told.Object.TryGetProperty("kind", out var kind) && kind.ValueKind is JsonValueKind.String && kind.ValueEquals("Status"))
            throw new KubernetesException(told.Object.Deserialize<V1Status>(JsonSerializerOptions.Web)!);

        return Enum.TryParse<WatchEventType>(told.Type, ignoreCase: true, out var type)
            ? (type, told.Object.Deserialize<T>(JsonSerializerOptions.Web)!)
            : throw new JsonException("a watch event is of an unknown type");
    }

    private sealed record WatchEvent(string Type, JsonElement Object);
}
