using System.Net.Http.Json;
using MessageBoard.Mesh.Tests.Authorization;
using static MessageBoard.Mesh.Tests.Authorization.PolicedService;

namespace MessageBoard.Mesh.Tests.Authentication;

/// <summary>Tokens in real requests, with the answers of Envoy's jwt_authn filter.</summary>
public sealed class RequestAuthenticationTests : IDisposable
{
    private readonly Issuer _issuer = new();

    public void Dispose() => _issuer.Dispose();

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task A_good_token_passes_and_is_not_sent_on(string alg)
    {
        await using var service = await StartAsync(Rule());

        var seen = await SeenAsync(service, "/a", ("Authorization", $"Bearer {_issuer.Token(alg: alg)}"), ("X-Other", "b"));

        Assert.DoesNotContain("Authorization", seen.Headers.Keys);
        Assert.Equal("b", seen.Headers["X-Other"]);
    }

    [Fact]
    public async Task Without_a_token_a_request_is_answered_and_is_nobodys()
    {
        await using var service = await StartAsync(Rule() + Require("requestPrincipals: ['*']"));

        Assert.Equal(403, await service.StatusAsync());
        Assert.Equal(200, await service.StatusAsync("/", Bearer(_issuer.Token())));
        Assert.Equal(401, await service.StatusAsync("/", Bearer("nonsense")));
        service.Istio.Write("policies.yaml", Rule());
        await Eventually.IsTrueAsync(async () => await service.StatusAsync() == 200, "there is no policy");
    }

    [Fact]
    public async Task Where_a_token_has_to_be_there_none_is_refused()
    {
        await using var service = await StartAsync(Rule(", presence: REQUIRED"));

        using var answer = await service.SendAsync("/a?b=c");

        Assert.Equal((HttpStatusCode.Unauthorized, "Jwt is missing"), (answer.StatusCode, await DetailAsync(answer)));
        Assert.Equal($"Bearer realm=\"{service.Client.BaseAddress}a\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal(200, await service.StatusAsync("/", Bearer(_issuer.Token())));
    }

    [Theory]
    [InlineData("\"exp\":1", 401, "Jwt is expired")]
    [InlineData("\"exp\":1e999", 401, "Jwt payload [exp] field is not a positive 64 bit integer")]
    [InlineData("\"exp\":-5", 401, "Jwt payload [exp] field is not a positive 64 bit integer")]
    [InlineData("\"exp\":\"tomorrow\"", 401, "Jwt payload [exp] field is not an integer")]
    [InlineData("\"nbf\":99999999999", 401, "Jwt not yet valid")]
    [InlineData("\"iss\":\"https://issuer.example/\"", 401, "Jwt issuer is not configured")]
    [InlineData("\"iss\":1", 401, "Jwt payload [iss] field is not a string")]
    [InlineData("\"sub\":[\"a\"]", 401, "Jwt payload [sub] field is not a string")]
    [InlineData("\"aud\":{}", 401, "Jwt payload [aud] field is not a string or string list")]
    [InlineData("\"aud\":\"others\"", 403, "Audiences in Jwt are not allowed")]
    [InlineData("\"a\":1", 403, "Audiences in Jwt are not allowed")]
    [InlineData("\"aud\":\"board\",\"sub\":\"\\ud800\"", 401, "Jwt payload is an invalid JSON")]
    [InlineData("\"aud\":\"board\",\"a\":1,\"a\":2", 401, "Jwt payload is an invalid JSON")]
    public async Task What_a_token_says_is_checked(string claims, int status, string problem)
    {
        await using var service = await StartAsync(Rule(", audiences: [board]"));

        using var answer = await service.SendAsync("/", Bearer(_issuer.Token(claims)));

        Assert.Equal((status, problem), ((int)answer.StatusCode, await DetailAsync(answer)));
        Assert.Equal(
            $"Bearer realm=\"{service.Client.BaseAddress}\", error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("\"aud\":\"board\"")]
    [InlineData("\"aud\":[\"others\",\"http://board/\"]")]
    public async Task An_audience_is_one_of_a_list_and_has_no_scheme(string claims)
    {
        await using var service = await StartAsync(Rule(", audiences: ['https://board']"));

        Assert.Equal(200, await service.StatusAsync("/", Bearer(_issuer.Token(claims))));
    }

    [Theory]
    [InlineData(-55, 200)] // within a minute, as Envoy has it
    [InlineData(-75, 401)]
    public async Task A_clock_may_be_a_minute_off(long lifetime, int status)
    {
        await using var service = await StartAsync(Rule());

        Assert.Equal(status, await service.StatusAsync("/", Bearer(_issuer.Token(Issuer.Claims("", lifetime), "RS256", "r"))));
    }

    [Theory]
    [InlineData("a.b", "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections")]
    [InlineData("a.b.c.d.e", "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections")]
    [InlineData("a..c", "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections")]
    [InlineData("ä.b.c", "Jwt header is an invalid Base64url encoded")]
    [InlineData("W10.e30.c", "Jwt header is an invalid JSON")]
    [InlineData("e30.e30.c", "Jwt header [alg] field is required and must be a string")]
    public async Task What_is_no_token_is_refused(string token, string problem)
    {
        await using var service = await StartAsync(Rule(", fromParams: [t]"));

        using var answer = await service.SendAsync($"/?t={Uri.EscapeDataString(token)}");

        Assert.Equal((HttpStatusCode.Unauthorized, problem), (answer.StatusCode, await DetailAsync(answer)));
    }

    [Theory]
    [InlineData("none", "Jwt header [alg] is not supported")]
    [InlineData("None", "Jwt header [alg] is not supported")]
    [InlineData("HS256", "Jwks doesn't have key to match kid or alg from Jwt")]
    [InlineData("RS512", "Jwks doesn't have key to match kid or alg from Jwt")]
    [InlineData("PS256", "Jwks doesn't have key to match kid or alg from Jwt")]
    public async Task Only_how_the_key_signs_is_taken(string alg, string problem)
    {
        await using var service = await StartAsync(Rule(jwks: $"{{\"keys\":[{_issuer.RsaKey()}]}}"));

        await IsRefusedAsync(service, _issuer.Token(Issuer.Claims(), alg, "r"), problem);
    }

    [Theory]
    [InlineData("HS256", "Jwt verification fails")]
    [InlineData("ES256", "Jwt verification fails")]
    [InlineData("RS512", null)]
    [InlineData("PS256", null)]
    public async Task A_key_without_alg_takes_what_an_RSA_key_can(string alg, string? problem)
    {
        await using var service = await StartAsync(Rule(jwks: $"{{\"keys\":[{_issuer.RsaKey(alg: null)}]}}"));

        await IsRefusedAsync(service, _issuer.Token(Issuer.Claims(), alg, null), problem);
    }

    [Fact]
    public async Task A_shared_secret_is_no_key()
    {
        var secret = Issuer.Encode("a secret that is long enough for this");
        var file = Rule(jwks: $"{{\"keys\":[{{\"kty\":\"oct\",\"k\":\"{secret}\"}}]}}");
        var status = Assert.Single(ResourceFile.Read("a.yaml", file).Statuses);
        Assert.Contains(status.NotCarriedOut, note => note.Message.Contains("kty oct, which signs nothing here", StringComparison.Ordinal));
        await using var service = await StartAsync(file);

        await IsRefusedAsync(service, _issuer.Token(Issuer.Claims(), "HS256", null), "Jwks doesn't have any valid public key");
    }

    [Fact]
    public async Task A_token_of_another_key_or_with_another_payload_is_refused()
    {
        using var other = new Issuer();
        await using var service = await StartAsync(Rule());
        var parts = _issuer.Token().Split('.');

        await IsRefusedAsync(service, other.Token(), "Jwt verification fails");
        await IsRefusedAsync(service, other.Token(alg: "ES256"), "Jwt verification fails");
        await IsRefusedAsync(service, _issuer.Token(Issuer.Claims(), "RS256", "x"), "Jwks doesn't have key to match kid or alg from Jwt");
        await IsRefusedAsync(service, $"{parts[0]}.{Issuer.Encode(Issuer.Claims("\"sub\":\"bob\""))}.{parts[2]}", "Jwt verification fails");
        await IsRefusedAsync(service, $"{parts[0]}.{parts[1]}.{Issuer.Encode("x")}", "Jwt verification fails");
        await IsRefusedAsync(service, _issuer.Token(), null);
    }

    [Fact]
    public async Task A_key_without_kid_is_tried_with_each_token()
    {
        using var other = new Issuer();
        await using var service = await StartAsync(Rule(jwks: $"{{\"keys\":[{other.RsaKey("")},{_issuer.RsaKey("")}]}}"));

        await IsRefusedAsync(service, _issuer.Token(), null);
        await IsRefusedAsync(service, other.Token(), null);
    }

    [Fact]
    public async Task A_token_is_looked_for_where_the_rule_says()
    {
        await using var service = await StartAsync(
            Rule(", fromHeaders: [{name: x-jwt, prefix: 'jwt='}, {name: x-plain}], fromParams: [t], fromCookies: [c]")
            + Require("requestPrincipals: ['*/ann']"));
        var token = _issuer.Token();

        Assert.Equal(403, await service.StatusAsync("/", Bearer(token)));
        Assert.Equal(403, await service.StatusAsync($"/?access_token={token}"));
        Assert.Equal(403, await service.StatusAsync($"/?T={token}"));
        Assert.Equal(403, await service.StatusAsync("/", ("x-jwt", token)));
        Assert.Equal(200, await service.StatusAsync("/", ("x-jwt", $"jwt={token}")));
        Assert.Equal(200, await service.StatusAsync("/", ("X-Plain", token)));
        Assert.Equal(200, await service.StatusAsync("/", ("Cookie", $"a=b; c={token}")));
        var seen = await SeenAsync(service, $"/a?b=%20c&t={token}&d");
        Assert.Equal("/a?b=%20c&d=", seen.Target);
        Assert.Equal(401, await service.StatusAsync($"/?t={token}", ("X-Plain", "other"))); // all of them have to be good
    }

    [Fact]
    public async Task By_default_it_is_a_bearers_header_or_access_token()
    {
        await using var service = await StartAsync(Rule() + Require("requestPrincipals: ['*']"));
        var token = _issuer.Token();

        Assert.Equal(200, await service.StatusAsync($"/?access_token={token}"));
        Assert.Equal(200, await service.StatusAsync("/", ("Authorization", $"Bearer   {token}")));
        Assert.Equal(403, await service.StatusAsync("/", ("Authorization", $"Basic {token}")));
    }

    [Fact]
    public async Task What_a_token_says_is_told_to_the_service_and_nobody_elses_word_for_it()
    {
        await using var service = await StartAsync(Rule("""
            , forwardOriginalToken: true, outputPayloadToHeader: x-payload, outputClaimToHeaders: [{header: x-sub, claim: sub},
            {header: x-nested, claim: a.b}, {header: x-level, claim: level}, {header: x-half, claim: half}, {header: x-yes, claim: 'yes'},
            {header: x-list, claim: list}, {header: x-none, claim: none}, {header: x-lines, claim: lines}, {header: x-name, claim: name}]
            """));
        const string Claims = """
            "a":{"b":"c"},"level":3,"half":0.5,"yes":true,"list":["a"],"lines":"a\r\nx-admin: yes","name":"Jörg"
            """;
        var token = _issuer.Token(Claims.Trim());
        (string, string)[] forged =
        [
            ("x-payload", "forged"), ("X-Sub", "root"), ("x-list", "forged"), ("x-none", "forged"), ("x-lines", "forged"), ("x-mine", "d"),
        ];

        var seen = (await SeenAsync(service, "/", [Bearer(token), .. forged])).Headers;
        var unknown = (await SeenAsync(service, "/", forged)).Headers;

        Assert.Equal($"Bearer {token}", seen["Authorization"]);
        Assert.Equal(token.Split('.')[1], seen["x-payload"]);
        Assert.Equal(
            ("ann", "c", "3", "0.500000", "true"), (seen["x-sub"], seen["x-nested"], seen["x-level"], seen["x-half"], seen["x-yes"]));
        Assert.Equal("Jörg", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(seen["x-name"])));
        Assert.DoesNotContain(seen.Keys, name => name.ToLowerInvariant() is "x-list" or "x-none" or "x-lines" or "x-admin");
        Assert.Equal(["x-mine"], unknown.Keys.Where(name => name.StartsWith("x-", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData("when: [{key: 'request.auth.claims[groups]', values: [dev]}]", 200)]
    [InlineData("when: [{key: 'request.auth.claims[groups]', values: [ops]}]", 403)]
    [InlineData("when: [{key: 'request.auth.claims[realm][roles]', values: [edit*]}]", 200)]
    [InlineData("when: [{key: 'request.auth.claims[scope]', values: [write]}]", 200)]
    [InlineData("when: [{key: 'request.auth.claims[permission]', values: [a]}]", 200)]
    [InlineData("when: [{key: 'request.auth.claims[mine]', values: [d]}]", 200)]
    [InlineData("when: [{key: 'request.auth.claims[other]', values: [f]}]", 403)]
    [InlineData("when: [{key: 'request.auth.claims[other]', values: [e f]}]", 200)]
    [InlineData("when: [{key: request.auth.audiences, values: [y]}]", 200)]
    [InlineData("when: [{key: request.auth.presenter, values: [page]}]", 200)]
    [InlineData("when: [{key: request.auth.principal, values: ['https://issuer.example/ann']}]", 200)]
    [InlineData("when: [{key: request.auth.principal, notValues: ['https://issuer.example/*']}]", 403)]
    public async Task Policies_see_what_a_good_token_says(string rule, int status)
    {
        await using var service = await StartAsync(
            Rule(", spaceDelimitedClaims: [mine]") + PolicedService.Policy("AuthorizationPolicy", $"rules: [{{{rule}}}]"));
        var token = _issuer.Token("\"groups\":[\"dev\"],\"realm\":{\"roles\":[\"editor\"]},\"scope\":\"read write\",\"permission\":\"a b\","
            + "\"mine\":\"c d\",\"other\":\"e f\",\"aud\":[\"x\",\"y\"],\"azp\":\"page\"");

        Assert.Equal(status, await service.StatusAsync("/", Bearer(token)));
    }

    [Fact]
    public async Task Of_several_issuers_each_ones_tokens_are_taken()
    {
        using var other = new Issuer();
        await using var service = await StartAsync(
            Rule() + Rule(issuer: "https://other.example", jwks: other.Jwks)
                .Replace("name: policy", "name: other", StringComparison.Ordinal));

        await IsRefusedAsync(service, _issuer.Token(), null);
        await IsRefusedAsync(service, other.Token("\"iss\":\"https://other.example\""), null);
        await IsRefusedAsync(service, other.Token("\"iss\":\"https://third.example\""), "Jwt issuer is not configured");
        await IsRefusedAsync(service, other.Token(), "Jwt verification fails");
        await IsRefusedAsync(service, other.Token("\"iss\":\"https://other.example\",\"exp\":1"), "Jwt is expired");
        Assert.Equal(200, await service.StatusAsync());
    }

    [Fact]
    public async Task A_preflight_has_no_token_and_is_not_asked_for_one()
    {
        await using var service = await StartAsync(Rule(", presence: REQUIRED"));
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/");
        preflight.Headers.Add("Origin", "https://page.example");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");

        using var answer = await service.Client.SendAsync(preflight);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Health_needs_no_token_and_other_workloads_rules_do_not_count()
    {
        await using var service = await StartAsync(Rule(", presence: REQUIRED"));
        Assert.Equal(200, await service.StatusAsync("/healthz/live"));
        service.Istio.Write("policies.yaml", Rule(", presence: REQUIRED").Replace("user-service", "other", StringComparison.Ordinal));
        await Eventually.IsTrueAsync(async () => await service.StatusAsync() == 200, "the rule is for another service");
    }

    [Fact]
    public async Task No_token_is_in_a_log_or_an_answer()
    {
        using var logs = new CollectedLogs();
        await using var service = await StartAsync(Rule(", audiences: [board]"), logs: logs);
        string[] tokens =
        [
            _issuer.Token("\"aud\":\"board\""), _issuer.Token(), _issuer.Token("\"exp\":1"), "abcdefgh.ijklmnop.qrstuvwx",
        ];
        foreach (var token in tokens)
        {
            using var answer = await service.SendAsync("/", Bearer(token));
            var text = $"{answer}{await answer.Content.ReadAsStringAsync()}{string.Join('\n', logs.Lines)}";
            Assert.DoesNotContain(token.Split('.')[1], text, StringComparison.Ordinal);
            Assert.DoesNotContain(token.Split('.')[2], text, StringComparison.Ordinal);
        }

        Assert.NotEmpty(logs.Lines);
    }

    private static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    private static async Task<Seen> SeenAsync(PolicedService service, string path, params (string, string)[] headers)
    {
        using var answer = await service.SendAsync(path, headers);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        var seen = (await answer.Content.ReadFromJsonAsync<Seen>())!;
        return seen with { Headers = new(seen.Headers, StringComparer.OrdinalIgnoreCase) };
    }

    private static async Task IsRefusedAsync(PolicedService service, string token, string? problem)
    {
        using var answer = await service.SendAsync("/", Bearer(token));
        Assert.Equal(problem, answer.IsSuccessStatusCode ? null : await DetailAsync(answer));
    }

    private static async Task<string?> DetailAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("detail").GetString();

    private static string Require(string source) =>
        PolicedService.Policy("AuthorizationPolicy", $"rules: [{{from: [{{source: {{{source}}}}}]}}]");

    private string Rule(string more = "", string issuer = Issuer.Name, string? jwks = null) =>
        PolicedService.Policy("RequestAuthentication", $"jwtRules: [{{issuer: '{issuer}', jwks: '{jwks ?? _issuer.Jwks}'{more}}}]");
}
