using System.Globalization;
using System.Security.Claims;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.UserService.Users;

/// <summary>Registering, logging in and out, another password.</summary>
internal static partial class AccountEndpoints
{
    // What one user, known or not, may fail from one address; and the address with all users, against one password tried on many:
    // a school behind one address does not fail once a second. Registrations are counted whether or not the name was free.
    private static readonly AttemptLimit
        UsersFailures = new("login", 10, TimeSpan.FromMinutes(5)),
        AddressFailures = new("login-address", 300, TimeSpan.FromMinutes(5)),
        Registrations = new("register", 100, TimeSpan.FromMinutes(10));

    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api").WithTags("accounts");
        group.MapPost("/register", RegisterAsync)
            .WithSummary("Makes a user.")
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        group.MapPost("/login", LogInAsync)
            .WithSummary("Starts a session and sets its cookie; ends the session that the request came with.")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        group.MapPost("/logout", (Delegate)LogOutAsync)
            .WithSummary("Ends the session.")
            .RequireAuthorization(SessionAuthentication.UserPolicy);
        group.MapPut("/users/me/password", ChangePasswordAsync)
            .WithSummary("Sets another password and ends the caller's other sessions.")
            .RequireAuthorization(SessionAuthentication.UserPolicy)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        return app;
    }

    /// <summary>A user's name and password.</summary>
    internal sealed record Credentials(string? Username, string? Password);

    internal sealed record Registered(string Username);

    /// <summary>The password that is, and the one that shall be.</summary>
    internal sealed record PasswordChange(string? Current, string? New);

    private static async Task<Results<Created<Registered>, ValidationProblem, ProblemHttpResult>> RegisterAsync(
        Credentials credentials, HttpContext context, UserStore users, Passwords passwords, Attempts attempts,
        CancellationToken cancellationToken)
    {
        if (UserRules.Check(credentials.Username, credentials.Password) is { Count: > 0 } errors)
            return Problems.Invalid(errors);

        var username = credentials.Username!;
        if (await attempts.TakeAsync(Registrations, ClientAddress.Of(context)) is { } wait)
            return TooMany(context, UserProblems.TooManyRegistrations, wait);

        var key = UserStore.KeyOf(username);
        if (await passwords.InTurnAsync(key, context, () => passwords.Hash(credentials.Password!)) is not { } hash)
            return Busy(context);

        if (AdminSeed.LooksLikeAdmin(username)
            || await users.TryAddAsync(username, hash, isAdmin: false, cancellationToken) is not { } name)
            return Problems.Of(StatusCodes.Status409Conflict, UserProblems.NameTaken);

        return TypedResults.Created("/api/users/me", new Registered(name));
    }

    private static async Task<Results<Ok<Me>, ValidationProblem, ProblemHttpResult>> LogInAsync(
        Credentials credentials, HttpContext context, UserStore users, Passwords passwords, Attempts attempts,
        ILogger<Passwords> logger, CancellationToken cancellationToken)
    {
        if (credentials is not { Username: { } username, Password: { } password })
            return Problems.Invalid(UserRules.Missing(credentials.Username, credentials.Password));

        var (account, address) = (UserStore.KeyOf(username), ClientAddress.Of(context));
        if (account.Length > UserStore.MaxKeyLength || password.Length > UserRules.MaxPasswordLength)
            return WrongCredentials(); // nobody has them

        await using var attempt = new Attempt(attempts, (UsersFailures, $"{address} {account}"), (AddressFailures, address));
        if (await attempt.BeginAsync() is { } wait)
            return TooMany(context, UserProblems.TooManyFailures, wait);

        var user = await users.FindAsync(username, cancellationToken);
        var hash = user?.PasswordHash;
        var check = await passwords.InTurnAsync(account, context, () =>
        {
            var (matches, isOld) = passwords.Check(hash, password);
            return new Passwords.Checked(matches, matches && isOld ? passwords.Hash(password) : null);
        });
        if (check is { Matches: false })
        {
            attempt.HasFailed = true;
            // Never what was typed for a name: it may be a password (OWASP's Logging Cheat Sheet, "data to exclude").
            LogFailed(logger, user is null ? "(no such user)" : SessionAuthentication.LogName(user.Id), address);
            return WrongCredentials();
        }

        if (check is null)
            return Busy(context);

        if (check.NewHash is { } renewed && await users.TrySetPasswordAsync(user!.Id, hash!, renewed, cancellationToken))
            hash = renewed;

        var token = await context.LogInAsync(new(user!.Id, user.Name, user.IsAdmin));

        // A password that was changed while this one was checked has ended all sessions, but perhaps not this one.
        var present = (await users.FindAsync(username, cancellationToken))?.PasswordHash;
        if (present != hash && !passwords.Check(present, password).Matches)
        {
            await context.LogOutAsync(token);
            return WrongCredentials();
        }

        return TypedResults.Ok(new Me(user.Name, user.IsAdmin));
    }

    private static async Task<NoContent> LogOutAsync(HttpContext context)
    {
        await context.LogOutAsync();
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ValidationProblem, ProblemHttpResult>> ChangePasswordAsync(
        PasswordChange change, ClaimsPrincipal caller, HttpContext context, UserStore users, Passwords passwords, Attempts attempts,
        IConfiguration configuration, ILogger<Passwords> logger, CancellationToken cancellationToken)
    {
        var (name, address) = (caller.Session().Username, ClientAddress.Of(context));
        if (change.Current is not { Length: <= UserRules.MaxPasswordLength } current)
            return Problems.Invalid("current", UserProblems.NoPassword);

        if (UserRules.Broken(change.New, name) is { } rule)
            return Problems.Invalid("new", rule);

        if (name == AdminSeed.Name && configuration["Admin:PasswordFile"] is { Length: > 0 })
            return Problems.Of(StatusCodes.Status409Conflict, UserProblems.AdminsFile);

        await using var attempt = new Attempt(attempts, (UsersFailures, $"{address} {UserStore.KeyOf(name)}"));
        if (await attempt.BeginAsync() is { } wait)
            return TooMany(context, UserProblems.TooManyWrongPasswords, wait);

        var user = await users.FindAsync(name, cancellationToken);
        var check = await passwords.InTurnAsync(UserStore.KeyOf(name), context, () =>
        {
            var matches = passwords.Check(user?.PasswordHash, current).Matches;
            return new Passwords.Checked(matches, matches ? passwords.Hash(change.New!) : null);
        });
        if (check is { Matches: false })
        {
            attempt.HasFailed = true;
            LogFailed(logger, caller.LogName(), address);
            return Problems.Invalid("current", UserProblems.WrongPassword);
        }

        if (check is null)
            return Busy(context);

        // Before, so that nothing has changed where Redis does not answer; after, for who came in with the old one meanwhile.
        await context.EndOtherSessionsAsync();
        if (!await users.TrySetPasswordAsync(user!.Id, user.PasswordHash, check.NewHash!, cancellationToken))
            return Problems.Invalid("current", UserProblems.WrongPassword);

        await context.EndOtherSessionsAsync();
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult WrongCredentials() =>
        Problems.Of(StatusCodes.Status401Unauthorized, UserProblems.WrongCredentials);

    private static ProblemHttpResult Busy(HttpContext context) =>
        TooMany(context, UserProblems.Busy, TimeSpan.FromSeconds(1));

    private static ProblemHttpResult TooMany(HttpContext context, ProblemText detail, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(StatusCodes.Status429TooManyRequests, detail.With(seconds));
    }

    [LoggerMessage(LogLevel.Warning, "Wrong password for {Account} from {Address}")]
    private static partial void LogFailed(ILogger logger, string account, string address);
}
