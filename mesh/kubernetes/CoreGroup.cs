using System.Net.Http.Headers;

namespace MessageBoard.MeshKubernetes;

/// <summary>
/// Lets KubernetesClient read objects of the group without a name as it reads those of any other, as JSON: their path begins otherwise. Its
/// types of pods and nodes would cost a program seconds of its start and tens of MB, to find a few labels. Of these two the API server is
/// asked for the metadata alone (https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources).
/// </summary>
internal sealed class CoreGroup : DelegatingHandler
{
    private const string Asked = $"/apis/{ResourceKind.Core}/v1/";

    private static bool IsList(Uri uri) => !uri.Query.Contains("watch=true", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var at = uri.AbsolutePath.IndexOf(Asked, StringComparison.Ordinal);
        if (at >= 0)
        {
            var path = $"{uri.AbsolutePath[..at]}/api/v1/{uri.AbsolutePath[(at + Asked.Length)..]}";
            request.RequestUri = new UriBuilder(uri) { Path = path }.Uri;
            if (!uri.AbsolutePath.EndsWith("/services", StringComparison.Ordinal))
            {
                request.Headers.Accept.Clear();
                request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(
                    $"application/json;as=PartialObjectMetadata{(IsList(uri) ? "List" : "")};g=meta.k8s.io;v=v1"));
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}
