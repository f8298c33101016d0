using MessageBoard.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Services.Tests;

/// <summary>The preStop hook that every process has with its health checks.</summary>
public sealed class PreStopTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.AddServiceDefaults("user-service");
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapServiceDefaults();
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task It_answers_after_five_seconds_in_which_all_else_is_answered()
    {
        using var client = new HttpClient { BaseAddress = new(_app.Urls.Single()) };
        var hook = client.GetAsync("/healthz/prestop");
        var waited = TimeSpan.Zero;
        await Eventually.IsTrueAsync(async () =>
        {
            using var live = await client.GetAsync("/healthz/live");
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            if (hook.IsCompleted)
                return true;

            _clock.Advance(TimeSpan.FromMilliseconds(100));
            waited += TimeSpan.FromMilliseconds(100);
            return false;
        }, "the hook answers");

        using var response = await hook;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(waited >= TimeSpan.FromSeconds(5), $"it answered after {waited.TotalSeconds} s");
    }
}
