using System.Security.Claims;
using MessageBoard.Shared;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.UserService.Users;

/// <summary>The caller.</summary>
internal sealed record Me(string Username, bool IsAdmin);

/// <summary>Who there is.</summary>
internal static class UserEndpoints
{
    private const int MaxLookup = 100;

    public static IEndpointRouteBuilder MapUsers(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/users").WithTags("users");
        group.MapPing();
        group.MapGet("/me", GetMe).WithSummary("The caller.").RequireAuthorization(SessionAuthentication.UserPolicy);
        group.MapGet("", ListAsync).WithSummary("All user names, in order.").RequireAuthorization(SessionAuthentication.UserPolicy);

        // For the other services; the gateway does not route it.
        app.MapGet("/internal/users", LookUpAsync).ExcludeFromDescription();
        return app;
    }

    private static Ok<Me> GetMe(ClaimsPrincipal user) => TypedResults.Ok(new Me(user.Session().Username, user.Session().IsAdmin));

    private static async Task<Results<Ok<Page<string>>, ValidationProblem>> ListAsync(
        string? offset, string? limit, UserStore users, CancellationToken cancellationToken) =>
        Paging.TryRead(offset, limit, out var paging, out var problem)
            ? TypedResults.Ok(await users.ListAsync(paging, cancellationToken))
            : problem;

    private static async Task<Results<Ok<Dictionary<long, string>>, ValidationProblem>> LookUpAsync(
        long[] id, UserStore users, CancellationToken cancellationToken) =>
        id.Length is > 0 and <= MaxLookup
            ? TypedResults.Ok(await users.NamesAsync(id, cancellationToken))
            : Problems.Invalid("id", UserProblems.LookupCount.With(MaxLookup));
}
