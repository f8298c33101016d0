using System.Collections.Frozen;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Paths without what is somebody's: the number of a message, a name, a word that was looked for.</summary>
internal static class PathTemplate
{
    // Those of the services, and the aliases that the first systems had.
    private static readonly FrozenSet<string> Routes = FrozenSet.Create(
        StringComparer.Ordinal,
        "/api/register", "/api/login", "/api/logout",
        "/api/users", "/api/users/ping", "/api/users/me", "/api/users/me/password",
        "/api/messages", "/api/messages/ping", "/api/messages/search", "/api/messages/{id}",
        "/api/logs/ping", "/api/logs/redis", "/api/logs/kafka", "/api/logs/stats",
        "/users", "/users/ping", "/users/me", "/users/me/password",
        "/api/db/message", "/api/db/messages", "/api/db/messages/search");

    // What is not known to be a word of the API may be anything. A word that is missing here is shown as an id, no worse.
    private static readonly FrozenSet<string> Words = Routes
        .SelectMany(route => route.Split('/'))
        .Where(word => word != "{id}")
        .Append("openapi")
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>A path such as <c>/api/messages/{id}</c>.</summary>
    public static string Of(string path) =>
        string.Join('/', path.Split('/').Select(segment => Words.TryGetValue(segment, out var word) ? word : "{id}"));

    /// <summary>The same where it is one of the API's, of which there are few; null for any other.</summary>
    public static string? RouteOf(string path) => Of(path) is var template && Routes.Contains(template) ? template : null;
}
