using System.Collections.Immutable;
using MessageBoard.Gateway.Page;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Explain;

/// <summary>Tells logged-in users why a request went where it went, and others of the requests of their own browser.</summary>
public static class ExplainEndpoints
{
    /// <summary>Maps <c>GET /api/traffic/requests</c> and <c>GET /api/traffic/requests/{id}</c>.</summary>
    public static IEndpointRouteBuilder MapExplain(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/traffic/requests");
        group.MapGet("", GetNewestAsync).Produces<RecentList>();
        group.MapGet("/{id:long}", GetOneAsync).Produces<ExplainedRequest>();
        return app;
    }

    private static async Task<IResult> GetNewestAsync(HttpContext context, RecentRequests recent, string? limit = null)
    {
        var (session, isKnown) = await ReaderOfAsync(context);
        if (!isKnown)
            return LogInFirst();

        return !Paging.TryRead(null, limit, out var paging, out var problem) ? problem
            : TypedResults.Ok(new RecentList(
                session is null ? recent.NewestOf(context.Request, paging.Limit) : recent.Newest(paging.Limit)));
    }

    // Whose message was read or deleted is told to nobody but its sender and admins.
    private static async Task<IResult> GetOneAsync(long id, HttpContext context, RecentRequests recent)
    {
        var (session, isKnown) = await ReaderOfAsync(context);
        if (!isKnown)
            return LogInFirst();

        if (recent.Find(id) is not { } request)
            return Problems.Of(StatusCodes.Status404NotFound, GatewayProblems.RequestGone.With(RecentRequests.Capacity));

        var isOwn = request.IsOfBrowser(context.Request) || (session is not null && request.IsOf(context.Request));
        if (session is null && !isOwn)
            return LogInFirst();

        var path = isOwn || session!.IsAdmin ? request.Path : PathTemplate.Of(request.Path);
        return TypedResults.Ok(new ExplainedRequest(request.ToRoutedRequest(), request.Method, path, request.Notes.Explain()));
    }

    // Somebody by a session, or by the key that came with the page.
    private static async Task<(Session? Session, bool IsKnown)> ReaderOfAsync(HttpContext context)
    {
        var session = (await context.AuthenticateAsync(SessionAuthentication.Scheme)).Principal?.Session();
        return (session, session is not null || PageKey.Of(context.Request) != 0);
    }

    private static ChallengeHttpResult LogInFirst() => TypedResults.Challenge(authenticationSchemes: [SessionAuthentication.Scheme]);

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
