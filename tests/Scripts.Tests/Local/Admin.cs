using System.Net.Http.Json;

namespace MessageBoard.Scripts.Tests.Local;

/// <summary>The first admin of a run.</summary>
internal static class Admin
{
    /// <summary>Tries to log in; gives the session's cookie, null when that is refused or broken off.</summary>
    public static async Task<string?> LogInAsync(HttpClient client, Uri login, string passwordFile)
    {
        var password = (await File.ReadAllTextAsync(passwordFile)).Trim();
        try
        {
            using var answer = await client.PostAsJsonAsync(login, new { username = "admin", password });
            return answer.IsSuccessStatusCode ? answer.Headers.GetValues("Set-Cookie").Single() : null;
        }
        catch (HttpRequestException)
        {
            return null; // on a busy machine a route's timeout ends an answer in its middle
        }
    }
}
