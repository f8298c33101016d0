namespace k8s;

/// <summary>The calls when only the body is wanted.</summary>
public static class CustomObjectsOperationsExtensions
{
    /// <inheritdoc cref="ICustomObjectsOperations.ListNamespacedCustomObjectWithHttpMessagesAsync"/>
    public static async Task<object> ListNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations,
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
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operations);
        using var response = await operations.ListNamespacedCustomObjectWithHttpMessagesAsync(
            group, version, namespaceParameter, plural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, timeoutSeconds, watch, pretty, customHeaders: null, cancellationToken).ConfigureAwait(false);
        return response.Body!;
    }

    /// <inheritdoc cref="ICustomObjectsOperations.GetNamespacedCustomObjectWithHttpMessagesAsync"/>
    public static async Task<object> GetNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations,
        string group,
        string version,
        string namespaceParameter,
        string plural,
        string name,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operations);
        using var response = await operations.GetNamespacedCustomObjectWithHttpMessagesAsync(
            group, version, namespaceParameter, plural, name, customHeaders: null, cancellationToken).ConfigureAwait(false);
        return response.Body!;
    }

    /// <inheritdoc cref="ICustomObjectsOperations.PatchNamespacedCustomObjectWithHttpMessagesAsync"/>
    public static async Task<object> PatchNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations,
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
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operations);
        using var response = await operations.PatchNamespacedCustomObjectWithHttpMessagesAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force, customHeaders: null, cancellationToken).ConfigureAwait(false);
        return response.Body!;
    }
}
