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

    // Whose message was read or deleted is told to nobody but its sender and admins.
    private static IResult GetOne(long id, HttpContext context, RecentRequests recent) =>
        recent.Find(id) is not { } entry
            ? TypedResults.Problem(
                $"Only the last {RecentRequests.Capacity:N0} requests are kept.", statusCode: StatusCodes.Status404NotFound)
            : TypedResults.Ok(new ExplainedRequest(
                entry.Request, entry.Method,
                context.User.Session().IsAdmin || entry.IsOf(context.Request) ? entry.Path : PathTemplate.Of(entry.Path),
                entry.Exchange.Explain()));

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
