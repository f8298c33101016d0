using MessageBoard.Mesh.Tests.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Mesh.Tests.Authentication;

/// <summary>Keys that are elsewhere.</summary>
public sealed class KeySourceTests : IAsyncLifetime
{
    private readonly Issuer _issuer = new(), _other = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private WebApplication _keys = null!;
    private int _asked, _status = 200;
    private string _jwks = "";

    public async ValueTask InitializeAsync()
    {
        _jwks = _issuer.Jwks;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _keys = builder.Build();
        _keys.MapGet("/jwks", () =>
        {
            Interlocked.Increment(ref _asked);
            return Microsoft.AspNetCore.Http.Results.Text(_jwks, statusCode: _status);
        });
        _keys.MapGet("/.well-known/openid-configuration", () => $$"""{"jwks_uri":"{{_keys.Urls.Single()}}/jwks"}""");
        _keys.MapGet("/never", async (CancellationToken gone) => await Task.Delay(Timeout.Infinite, gone));
        await _keys.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _keys.DisposeAsync();
        _issuer.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Keys_are_asked_for_once_in_five_minutes()
    {
        await using var service = await StartAsync($"issuer: '{Issuer.Name}', jwksUri: '{_keys.Urls.Single()}/jwks'");
        Assert.Equal(0, _asked); // nobody has brought a token so far

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StatusAsync(service, _issuer)));

        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.Equal(1, _asked);
        _jwks = _other.Jwks;
        Assert.Equal((200, 401), (await StatusAsync(service, _issuer), await StatusAsync(service, _other)));
        _clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.IsTrueAsync(async () => await StatusAsync(service, _other) == 200, "the new keys are there");
        Assert.Equal((401, 2), (await StatusAsync(service, _issuer), _asked));
    }

    [Fact]
    public async Task Keys_stay_while_no_new_ones_can_be_had()
    {
        await using var service = await StartAsync($"issuer: '{Issuer.Name}', jwksUri: '{_keys.Urls.Single()}/jwks'");
        Assert.Equal(200, await StatusAsync(service, _issuer));
        _status = 500;
        _clock.Advance(TimeSpan.FromMinutes(5));

        await Eventually.IsTrueAsync(async () => await StatusAsync(service, _issuer) == 200 && _asked > 1, "somebody has asked");
        Assert.Equal(200, await StatusAsync(service, _issuer));
    }

    [Fact]
    public async Task Without_keys_a_token_is_refused_and_the_issuer_is_asked_once_a_second()
    {
        _status = 500;
        await using var service = await StartAsync($"issuer: '{Issuer.Name}', jwksUri: '{_keys.Urls.Single()}/jwks'");

        Assert.Equal("Jwks remote fetch is failed", await DetailAsync(service));
        Assert.Equal(401, await StatusAsync(service, _issuer));
        Assert.Equal(1, _asked);
        Assert.Equal(200, await service.StatusAsync()); // without a token nobody is asked
        _status = 200;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((200, 2), (await StatusAsync(service, _issuer), _asked));
    }

    [Fact]
    public async Task An_issuer_that_does_not_answer_is_waited_for_so_long()
    {
        await using var service = await StartAsync($"issuer: '{Issuer.Name}', timeout: 2s, jwksUri: '{_keys.Urls.Single()}/never'");

        var answer = DetailAsync(service);
        while (!answer.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(answer, Task.Delay(20));
        }

        Assert.Equal("Jwks remote fetch is failed", await answer);
    }

    [Fact]
    public async Task Without_an_address_discovery_has_one()
    {
        var url = _keys.Urls.Single();
        await using var service = await StartAsync($"issuer: '{url}'");

        Assert.Equal(200, await service.StatusAsync("/", ("Authorization", $"Bearer {_issuer.Token($"\"iss\":\"{url}\"")}")));
        Assert.Equal(401, await service.StatusAsync("/", ("Authorization", $"Bearer {_other.Token($"\"iss\":\"{url}\"")}")));
    }

    [Fact]
    public async Task A_file_is_read_again_when_it_has_changed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("keys.json", _issuer.Jwks);
        await using var service = await StartAsync($"issuer: '{Issuer.Name}', jwksUri: 'file://{folder["keys.json"]}'");
        Assert.Equal((200, 401), (await StatusAsync(service, _issuer), await StatusAsync(service, _other)));

        folder.Write("keys.json", _other.Jwks);
        await Eventually.IsTrueAsync(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return await StatusAsync(service, _other) == 200;
            },
            "the file is read");
        Assert.Equal(401, await StatusAsync(service, _issuer));
    }

    [Theory]
    [InlineData("file:///nowhere/keys.json")]
    [InlineData("file:///dev/zero")]
    [InlineData("http://127.0.0.1:1/keys")]
    public async Task Where_there_are_no_keys_no_token_is_good(string uri)
    {
        await using var service = await StartAsync($"issuer: '{Issuer.Name}', jwksUri: '{uri}'");

        Assert.Equal("Jwks remote fetch is failed", await DetailAsync(service));
    }

    private Task<PolicedService> StartAsync(string rule) => PolicedService.StartAsync(
        PolicedService.Policy("RequestAuthentication", $"jwtRules: [{{{rule}}}]"),
        services => services.AddSingleton<TimeProvider>(_clock));

    private static Task<int> StatusAsync(PolicedService service, Issuer issuer) =>
        service.StatusAsync("/", ("Authorization", $"Bearer {issuer.Token()}"));

    private async Task<string> DetailAsync(PolicedService service)
    {
        using var answer = await service.SendAsync("/", ("Authorization", $"Bearer {_issuer.Token()}"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        using var problem = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return problem.RootElement.GetProperty("detail").GetString()!;
    }
}
