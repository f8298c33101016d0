using k8s.Autorest;
using k8s.Models;

namespace k8s;

/// <summary>Objects of types that the API server learnt from a CustomResourceDefinition. Bodies are <see cref="System.Text.Json.JsonElement"/>s.</summary>
public interface ICustomObjectsOperations
{
    /// <summary>Lists or watches the objects of a namespace.</summary>
    /// <param name="group">The API group, such as <c>networking.istio.io</c>.</param>
    /// <param name="version">Such as <c>v1</c>.</param>
    /// <param name="namespaceParameter">The namespace.</param>
    /// <param name="plural">The type, such as <c>virtualservices</c>.</param>
    /// <param name="allowWatchBookmarks">Whether a watch may carry bookmarks.</param>
    /// <param name="continueParameter">From the metadata of the page before.</param>
    /// <param name="fieldSelector">Only objects with these fields.</param>
    /// <param name="labelSelector">Only objects with these labels.</param>
    /// <param name="limit">Objects in a page.</param>
    /// <param name="resourceVersion">For a watch the version after which it begins; for a list how fresh it must be.</param>
    /// <param name="resourceVersionMatch">How <paramref name="resourceVersion"/> is meant for a list.</param>
    /// <param name="timeoutSeconds">Until the server ends the call.</param>
    /// <param name="watch">Whether to watch; the answer is then for <see cref="WatcherExt.WatchAsync"/>.</param>
    /// <param name="pretty">Whether the answer is laid out for people.</param>
    /// <param name="customHeaders">Further headers of the request.</param>
    /// <param name="cancellationToken">Ends the call, and a watch also while it is read.</param>
    /// <exception cref="HttpOperationException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    Task<HttpOperationResponse<object>> ListNamespacedCustomObjectWithHttpMessagesAsync(
        string group,
        string version,
        string namespaceParameter,
        string plural,
        bool? allowWatchBookmarks = null,
        string? continueParameter = null,
        string? fieldSelector = null,
        string? labelSelector = null,
        int? limit = null,
        string? resourceVersion = null,
        string? resourceVersionMatch = null,
        int? timeoutSeconds = null,
        bool? watch = null,
        bool? pretty = null,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? customHeaders = null,
        CancellationToken cancellationToken = default);

    /// <summary>One object.</summary>
    /// <inheritdoc cref="ListNamespacedCustomObjectWithHttpMessagesAsync"/>
    Task<HttpOperationResponse<object>> GetNamespacedCustomObjectWithHttpMessagesAsync(
        string group,
        string version,
        string namespaceParameter,
        string plural,
        string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? customHeaders = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes one object; the answer's body is the object after it. <paramref name="body"/> is a <see cref="V1Patch"/>;
    /// <paramref name="dryRun"/> is <c>All</c> to change nothing; <paramref name="fieldManager"/> is who changes it, for
    /// <c>metadata.managedFields</c>; <paramref name="fieldValidation"/> is <c>Strict</c>, <c>Warn</c> or <c>Ignore</c> for unknown fields;
    /// <paramref name="force"/> lets server-side apply take fields from other managers.
    /// </summary>
    /// <inheritdoc cref="ListNamespacedCustomObjectWithHttpMessagesAsync"/>
    Task<HttpOperationResponse<object>> PatchNamespacedCustomObjectWithHttpMessagesAsync(
        object body,
        string group,
        string version,
        string namespaceParameter,
        string plural,
        string name,
        string? dryRun = null,
        string? fieldManager = null,
        string? fieldValidation = null,
        bool? force = null,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? customHeaders = null,
        CancellationToken cancellationToken = default);
}
