using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Json;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Routing;
using Microsoft.AspNetCore.Mvc;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Does for one HTTP client what Envoy's sidecar does for a pod: sends each request to the endpoint that the routing decision
/// names, with its <c>Host</c> unchanged, and answers itself when there is none.
/// </summary>
public sealed class MeshHandler(MeshFolder mesh) : DelegatingHandler
{
    // The path has to reach the service as the caller wrote it.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var decision = mesh.Current.Routes.Decide(new OutgoingRequest(request, uri), Random.Shared);
        if (decision.Endpoint is not { } endpoint)
            return Task.FromResult(Refuse(request, decision.Outcome));

        request.Headers.Host ??= uri.Authority;
        request.RequestUri = new Uri(string.Concat(endpoint.BaseAddress, uri.PathAndQuery), AsWritten);
        return base.SendAsync(request, cancellationToken);
    }

    // In Envoy's words: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (response flags)
    private static HttpResponseMessage Refuse(HttpRequestMessage request, RouteOutcome outcome)
    {
        var (status, detail) = outcome == RouteOutcome.NoRoute ? (HttpStatusCode.NotFound, "no route") : (HttpStatusCode.ServiceUnavailable, "no healthy upstream");
        return new(status)
        {
            RequestMessage = request,
            Content = JsonContent.Create(
                new ProblemDetails { Status = (int)status, Title = status.ToString(), Detail = detail }, mediaType: new("application/problem+json")),
        };
    }

    private readonly struct OutgoingRequest(HttpRequestMessage request, Uri uri) : IRoutableRequest
    {
        public string Host => uri.Host;

        public string Authority => request.Headers.Host ?? uri.Authority;

        public string Method => request.Method.Method;

        public string Path => uri.AbsolutePath;

        public bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
        {
            var found = request.Headers.NonValidated.TryGetValues(name, out var values)
                || (request.Content is { } content && content.Headers.NonValidated.TryGetValues(name, out values));
            value = found ? values.Count == 1 ? values.ToString() : string.Join(',', (IEnumerable<string>)values) : null;
            return found;
        }
    }
}
