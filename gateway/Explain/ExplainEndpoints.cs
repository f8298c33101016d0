using System.Collections.Immutable;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Http;

namespace MessageBoard.Gateway.Explain;

/// <summary>Tells logged-in users why a request went where it went.</summary>
public static class ExplainEndpoints
{
    /// <summary>Maps <c>GET /api/traffic/requests</c> and <c>GET /api/traffic/requests/{id}</c>.</summary>
    public static IEndpointRouteBuilder MapExplain(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/traffic/requests").RequireAuthorization(SessionAuthentication.UserPolicy);
        group.MapGet("", GetNewest);
        group.MapGet("/{id:long}", GetOne);
        return app;
    }

    private static IResult GetNewest(RecentRequests recent, string? limit = null) =>
        Paging.TryRead(null, limit, out var paging, out var problem)
            ? TypedResults.Ok(new RecentList(recent.Newest(paging.Limit)))
            : problem;

    private static IResult GetOne(long id, RecentRequests recent) =>
        recent.Find(id) is { } entry
            ? TypedResults.Ok(new ExplainedRequest(entry.Request, entry.Method, entry.Path, entry.Exchange.Explain()))
            : TypedResults.Problem(
                $"Only the last {RecentRequests.Capacity:N0} requests are kept.", statusCode: StatusCodes.Status404NotFound);

    internal sealed record RecentList(ImmutableArray<RoutedRequest> Items);

    internal sealed record ExplainedRequest : RoutedRequest
    {
        public ExplainedRequest(RoutedRequest request, string method, string path, MeshExplanation? explanation) : base(request) =>
            (Method, Path, Explanation) = (method, path, explanation);

        public string Method { get; }

        public string Path { get; }

        public MeshExplanation? Explanation { get; }
    }
}
