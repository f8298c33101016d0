using System.Threading.RateLimiting;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.UserService.Users;

/// <summary>Registering, logging in and out.</summary>
internal static class AccountEndpoints
{
    // Hashing a password costs some 20 ms of a core on purpose; more at once would starve everything else here. A filter, because the
    // rate limiter's middleware takes its permit before the body is read: who sends it slowly would keep all others from logging in.
    private static readonly ConcurrencyLimiter Hashing =
        new(new() { PermitLimit = Math.Max(1, Environment.ProcessorCount / 2), QueueLimit = 64 });

    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api").WithTags("accounts");
        group.MapPost("/register", RegisterAsync)
            .WithSummary("Makes a user.")
            .AddEndpointFilter(LimitHashingAsync)
            .ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("/login", LogInAsync)
            .WithSummary("Starts a session and sets its cookie.")
            .AddEndpointFilter(LimitHashingAsync)
            .ProducesProblem(StatusCodes.Status401Unauthorized);
        group.MapPost("/logout", (Delegate)LogOutAsync)
            .WithSummary("Ends the session.")
            .RequireAuthorization(SessionAuthentication.UserPolicy);
        return app;
    }

    /// <summary>A user's name and password.</summary>
    internal sealed record Credentials(string? Username, string? Password);

    internal sealed record Registered(string Username);

    private static async Task<Results<Created<Registered>, ValidationProblem, ProblemHttpResult>> RegisterAsync(
        Credentials credentials, UserStore users, Passwords passwords, CancellationToken cancellationToken)
    {
        if (UserRules.Check(credentials.Username, credentials.Password) is { Count: > 0 } errors)
            return TypedResults.ValidationProblem(errors);

        var isAdmins = UserStore.KeyOf(credentials.Username!) == AdminSeed.Name;
        if (isAdmins || await users.TryAddAsync(
            credentials.Username!, passwords.Hash(credentials.Password!), isAdmin: false, cancellationToken) is not { } name)
            return TypedResults.Problem("This user name is taken.", statusCode: StatusCodes.Status409Conflict);

        return TypedResults.Created("/api/users/me", new Registered(name));
    }

    private static async Task<Results<Ok<Me>, ValidationProblem, ProblemHttpResult>> LogInAsync(
        Credentials credentials, HttpContext context, UserStore users, Passwords passwords, CancellationToken cancellationToken)
    {
        if (credentials is not { Username: { } username, Password: { } password })
            return TypedResults.ValidationProblem(UserRules.Missing(credentials.Username, credentials.Password));

        var user = UserRules.IsName(username) ? await users.FindAsync(username, cancellationToken) : null;
        if (password.Length > UserRules.MaxPasswordLength || !passwords.Matches(user?.PasswordHash, password))
            return TypedResults.Problem("There is no user with this name and password.", statusCode: StatusCodes.Status401Unauthorized);

        await context.LogInAsync(new(user!.Id, user.Name, user.IsAdmin));
        return TypedResults.Ok(new Me(user.Name, user.IsAdmin));
    }

    private static async Task<NoContent> LogOutAsync(HttpContext context)
    {
        await context.LogOutAsync();
        return TypedResults.NoContent();
    }

    private static async ValueTask<object?> LimitHashingAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        using var lease = await Hashing.AcquireAsync(1, context.HttpContext.RequestAborted);
        if (lease.IsAcquired)
            return await next(context);

        context.HttpContext.Response.Headers.RetryAfter = "1";
        return TypedResults.Problem("Too many people log in at this moment.", statusCode: StatusCodes.Status429TooManyRequests);
    }
}
