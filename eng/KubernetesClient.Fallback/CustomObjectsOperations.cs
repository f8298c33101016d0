using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Autorest;
using k8s.Models;

namespace k8s;

/// <param name="kubernetes">Sends the requests.</param>
/// <param name="timeLimit">Of a call; of a watch until it has been opened.</param>
internal sealed class CustomObjectsOperations(Kubernetes kubernetes, TimeSpan timeLimit) : ICustomObjectsOperations
{
    private static readonly JsonSerializerOptions PatchOptions =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public Task<HttpOperationResponse<object>> ListNamespacedCustomObjectWithHttpMessagesAsync(
        string group,
        string version,
        string namespaceParameter,
        string plural,
        bool? allowWatchBookmarks,
        string? continueParameter,
        string? fieldSelector,
        string? labelSelector,
        int? limit,
        string? resourceVersion,
        string? resourceVersionMatch,
        int? timeoutSeconds,
        bool? watch,
        bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? customHeaders,
        CancellationToken cancellationToken) =>
        CallAsync(
            HttpMethod.Get,
            Collection(group, version, namespaceParameter, plural) + Query(
                ("allowWatchBookmarks", Text(allowWatchBookmarks)),
                ("continue", continueParameter),
                ("fieldSelector", fieldSelector),
                ("labelSelector", labelSelector),
                ("limit", Text(limit)),
                ("resourceVersion", resourceVersion),
                ("resourceVersionMatch", resourceVersionMatch),
                ("timeoutSeconds", Text(timeoutSeconds)),
                ("watch", Text(watch)),
                ("pretty", Text(pretty))),
            body: null,
            watch is true,
            customHeaders,
            cancellationToken);

    public Task<HttpOperationResponse<object>> GetNamespacedCustomObjectWithHttpMessagesAsync(
        string group,
        string version,
        string namespaceParameter,
        string plural,
        string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? customHeaders,
        CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Get, $"{Collection(group, version, namespaceParameter, plural)}/{Segment(name)}", body: null, watch: false, customHeaders, cancellationToken);

    public Task<HttpOperationResponse<object>> PatchNamespacedCustomObjectWithHttpMessagesAsync(
        object body,
        string group,
        string version,
        string namespaceParameter,
        string plural,
        string name,
        string? dryRun,
        string? fieldManager,
        string? fieldValidation,
        bool? force,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? customHeaders,
        CancellationToken cancellationToken) =>
        CallAsync(
            HttpMethod.Patch,
            $"{Collection(group, version, namespaceParameter, plural)}/{Segment(name)}" + Query(
                ("dryRun", dryRun),
                ("fieldManager", fieldManager),
                ("fieldValidation", fieldValidation),
                ("force", Text(force))),
            Content(body as V1Patch ?? throw new ArgumentException("a patch must be a V1Patch", nameof(body))),
            watch: false,
            customHeaders,
            cancellationToken);

    private async Task<HttpOperationResponse<object>> CallAsync(
        HttpMethod method,
        string path,
        HttpContent? body,
        bool watch,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? customHeaders,
        CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, (Uri?)null) { Content = body };
        foreach (var (name, values) in customHeaders ?? new Dictionary<string, IReadOnlyList<string>>())
            request.Headers.TryAddWithoutValidation(name, values);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeLimit);
        try
        {
            var response = await kubernetes.SendAsync(request, path, limit.Token).ConfigureAwait(false);
            return new HttpOperationResponse<object>
            {
                Request = request,
                Response = response,
                Body = watch ? null : await response.Content.ReadFromJsonAsync<JsonElement>(limit.Token).ConfigureAwait(false),
                Cancellation = cancellationToken,
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit.IsCancellationRequested)
        {
            throw new TaskCanceledException($"the API server did not answer within {timeLimit.TotalSeconds} s", new TimeoutException());
        }
    }

    private static StringContent Content(V1Patch patch) =>
        new(
            patch.Content as string ?? JsonSerializer.Serialize(patch.Content, PatchOptions),
            Encoding.UTF8,
            new MediaTypeHeaderValue(patch.Type switch
            {
                V1Patch.PatchType.JsonPatch => "application/json-patch+json",
                V1Patch.PatchType.MergePatch => "application/merge-patch+json",
                V1Patch.PatchType.StrategicMergePatch => "application/strategic-merge-patch+json",
                _ => "application/apply-patch+yaml",
            }));

    private static string Collection(string group, string version, string namespaceParameter, string plural) =>
        $"apis/{Segment(group)}/{Segment(version)}/namespaces/{Segment(namespaceParameter)}/{Segment(plural)}";

    private static string Segment(string value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        return Uri.EscapeDataString(value);
    }

    private static string Query(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = string.Join('&', parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));
        return given is "" ? "" : $"?{given}";
    }

    private static string? Text(bool? flag) => flag is null ? null : flag.Value ? "true" : "false";

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
