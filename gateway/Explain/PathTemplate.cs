using System.Collections.Frozen;

namespace MessageBoard.Gateway.Explain;

/// <summary>Paths without what is somebody's: the number of a message, a name, a word that was looked for.</summary>
internal static class PathTemplate
{
    // What is not known to be a word of the API may be anything. A word that is missing here is shown as an id, no worse.
    private static readonly FrozenSet<string> Words = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "", "api", "users", "me", "password", "register", "login", "logout", "messages", "message", "db", "search", "logs", "redis",
        "kafka", "stats", "ping", "openapi");

    /// <summary>A path such as <c>/api/messages/{id}</c>.</summary>
    public static string Of(string path) =>
        string.Join('/', path.Split('/').Select(segment => Words.TryGetValue(segment, out var word) ? word : "{id}"));
}
