using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Stores;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace MessageBoard.Shared.Sessions;

/// <summary>Authenticates by the session cookie.</summary>
public static class SessionAuthentication
{
    /// <summary>The authentication scheme.</summary>
    public const string Scheme = "session";

    /// <summary>The policy of what only an admin may do.</summary>
    public const string AdminPolicy = "admin";

    /// <summary>The policy of what every logged-in user may do.</summary>
    public const string UserPolicy = "user";

    private const string AdminRole = "admin";

    /// <summary>Adds sessions in Redis, and the policies <see cref="UserPolicy"/> and <see cref="AdminPolicy"/>.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddRedis();
        services.AddSingleton<SessionStore>();
        // AddAuthentication would bring data protection along, with keys on disk that nobody here uses.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, Handler>(Scheme, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(UserPolicy, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser())
            .AddPolicy(AdminPolicy, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(AdminRole));
        return services;
    }

    /// <summary>
    /// Starts a session and sets its cookie; the rest of this request belongs to its user. The session that the request came with ends.
    /// </summary>
    /// <returns>The session's token.</returns>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public static async Task<string> LogInAsync(this HttpContext context, Session session)
    {
        var sessions = context.RequestServices.GetRequiredService<SessionStore>();
        if (TokenOf(context) is { } replaced)
            await sessions.DeleteAsync(replaced);

        var token = await sessions.CreateAsync(session);
        context.Response.Cookies.Append(CookieName(context), token, CookieOptions(context));
        context.User = PrincipalOf(session);
        return token;
    }

    /// <summary>Ends the session of a token, without one that of the request, and takes the cookie away.</summary>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public static async Task LogOutAsync(this HttpContext context, string? token = null)
    {
        if ((token ?? TokenOf(context)) is { } ended)
            await context.RequestServices.GetRequiredService<SessionStore>().DeleteAsync(ended);

        context.Response.Cookies.Delete(CookieName(context), CookieOptions(context));
    }

    /// <summary>Ends all sessions of the caller but the one that the request came with.</summary>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public static Task EndOtherSessionsAsync(this HttpContext context) => context.RequestServices.GetRequiredService<SessionStore>()
        .DeleteOthersAsync(context.User.Session().UserId, TokenOf(context));

    /// <summary>The session of an authenticated request.</summary>
    public static Session Session(this ClaimsPrincipal user) => new(
        long.Parse(user.FindFirstValue(ClaimTypes.NameIdentifier)!, CultureInfo.InvariantCulture), user.Identity!.Name!,
        user.IsInRole(AdminRole));

    /// <summary>The session's token that a request came with, whether there is such a session or not; null for none.</summary>
    public static string? TokenOf(HttpContext context) =>
        context.Request.Cookies[CookieName(context)] is { Length: > 0 } token ? token : null;

    /// <summary>
    /// The cookie's name: over https it says that it was set over https, by this host and for it alone (RFC 6265bis, 4.1.3.2). No other
    /// cookie is believed there.
    /// </summary>
    internal static string CookieName(HttpContext context) => context.Request.IsHttps ? "__Host-session" : "session";

    private static CookieOptions CookieOptions(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/" };

    private static ClaimsPrincipal PrincipalOf(Session session)
    {
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, session.UserId.ToString(CultureInfo.InvariantCulture)),
            new(ClaimTypes.Name, session.Username),
        ];
        if (session.IsAdmin)
            claims.Add(new(ClaimTypes.Role, AdminRole));

        return new(new ClaimsIdentity(claims, Scheme));
    }

    /// <summary>Who it is in a log, where names are nobody's business: <c>user 7</c>, or <c>nobody</c>.</summary>
    public static string LogName(this ClaimsPrincipal user) =>
        user.Identity is { IsAuthenticated: true } ? LogName(user.Session().UserId) : "nobody";

    /// <summary>Who has an id, in a log.</summary>
    public static string LogName(long userId) => $"user {userId}";

    private sealed class Handler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SessionStore sessions)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (TokenOf(Context) is not { } token)
                return AuthenticateResult.NoResult();

            try
            {
                return await sessions.FindAsync(token) is { } session
                    ? AuthenticateResult.Success(new(PrincipalOf(session), Scheme.Name))
                    : AuthenticateResult.NoResult();
            }
            catch (StoreUnavailableException exception)
            {
                return AuthenticateResult.Fail(exception);
            }
        }

        // Without Redis nobody can tell whether the caller is logged in: that is no 401.
        protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            var problem = (await HandleAuthenticateOnceSafeAsync()).Failure is StoreUnavailableException failure
                ? Problems.Unavailable(failure)
                : Problems.Of(StatusCodes.Status401Unauthorized, ProblemTexts.LogIn);
            await problem.ExecuteAsync(Context);
        }

        protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
            Problems.Of(StatusCodes.Status403Forbidden, ProblemTexts.AdminOnly).ExecuteAsync(Context);
    }
}
