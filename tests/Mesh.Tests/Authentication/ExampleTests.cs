using System.Text.Json.Nodes;
using MessageBoard.Mesh.Tests.Authorization;

namespace MessageBoard.Mesh.Tests.Authentication;

/// <summary>The exercise istio/examples/jwt, with the keys and tokens of scripts/jwt.sh.</summary>
public sealed class ExampleTests : IDisposable
{
    private const string Ping = "/api/logs/ping";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact("openssl")]
    public async Task A_token_of_a_trainee_is_wanted_and_nobody_elses_will_do()
    {
        const int Times = 20;
        await using var service = await PolicedService.StartAsync(
            Example("log-service-tokens").Replace("""{"keys":[]}""", await PrintAsync("--jwks"), StringComparison.Ordinal)
                + $"---\n{Example("log-service-authorization")}",
            app: "log-service");
        var good = await PrintAsync("--group", "trainees");
        var expired = await PrintAsync("--group", "trainees", "--seconds", "1");
        (string? Token, int Status)[] expected =
        [
            (null, 403), (good, 200), (await PrintAsync("--group", "others", "--group", "trainees", "--subject", "ann"), 200),
            (await PrintAsync("--group", "others"), 403), (await PrintAsync(), 403),
            (await PrintAsync("--group", "trainees", "--audience", "others"), 403),
            (await PrintAsync("--group", "trainees", "--issuer", "https://others.example"), 401),
            (await PrintAsync("--group", "trainees", "--key", _folder["other.key"]), 401),
            (Unsigned(good), 401), (Tampered(good, "sub", "root"), 401), (Tampered(expired, "exp", 1), 401), ("a.b.c", 401), ("", 403),
        ];

        foreach (var (token, status) in expected)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, Times).Select(_ => AskAsync(service, Ping, token)));
            Assert.Equal(Times, answers.Count(answer => answer == status));
        }

        Assert.Equal((200, 200), (await AskAsync(service, "/api/logs/redis", null), await AskAsync(service, "/api/logs/redis", good)));
        using var answer = await service.SendAsync(Ping, ("Authorization", $"Bearer {good}"), ("x-jwt-subject", "root"));
        var seen = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\"x-jwt-subject\":\"trainee\"", seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(good, seen, StringComparison.Ordinal);
    }

    [ToolFact("openssl")]
    public async Task The_script_keeps_its_key_to_its_owner_and_names_what_it_wants()
    {
        var keys = await PrintAsync("--jwks");
        Assert.Equal(keys, await PrintAsync("--jwks"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["jwt.key"]));

        using var refused = Script("--subject", "a b");
        Assert.Equal(2, await refused.ExitCodeAsync());
        Assert.Equal(["--subject wants a name without blanks and quotes, not 'a b'."], refused.Errors);
    }

    private static Task<int> AskAsync(PolicedService service, string path, string? token) =>
        token is null ? service.StatusAsync(path) : service.StatusAsync(path, ("Authorization", $"Bearer {token}"));

    private static string Example(string name) =>
        File.ReadAllText(Path.Combine(Repository.Root, "istio", "examples", "jwt", $"{name}.yaml"));

    private static string Unsigned(string token) => $"{Issuer.Encode("""{"alg":"none"}""")}.{token.Split('.')[1]}.{token.Split('.')[2]}";

    private static string Tampered(string token, string claim, JsonNode value)
    {
        var parts = token.Split('.');
        var payload = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!;
        payload[claim] = value;
        return $"{parts[0]}.{Issuer.Encode(payload.ToJsonString())}.{parts[2]}";
    }

    private TestProcess Script(params string[] arguments) => new(
        Path.Combine(Repository.Root, "scripts", "jwt.sh"),
        arguments.Contains("--key") ? arguments : [.. arguments, "--key", _folder["jwt.key"]]);

    private async Task<string> PrintAsync(params string[] arguments)
    {
        using var script = Script(arguments);
        Assert.True(await script.ExitCodeAsync() == 0, string.Join('\n', script.Errors));
        return Assert.Single(script.Output);
    }
}
