using System.Text.RegularExpressions;
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
        _app.UseWithdrawal();
        _app.MapServiceDefaults();
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>
    /// Kubelets before 1.26 put a slash before the path (pkg/kubelet/lifecycle/handlers.go), later ones read it as a part of a URL
    /// (https://pkg.go.dev/net/url#URL.String).
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Old_kubelets_and_new_ones_find_it(bool isOld)
    {
        var manifest = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "k8s", "components", "program", "deployment.yaml"));
        var path = Regex.Match(manifest, @"preStop:\s+httpGet:(?:\s+#.*)*\s+path: (\S+)").Groups[1].Value;
        var slash = isOld || !path.StartsWith('/') ? "/" : "";
        using var client = new HttpClient();
        var hook = client.GetAsync(new Uri($"{_app.Urls.Single()}{slash}{path}"));
        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return hook.IsCompleted;
            },
            "the hook answers");

        using var response = await hook;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task From_then_on_an_answer_is_its_connections_last()
    {
        using var client = new HttpClient { BaseAddress = new(_app.Urls.Single()) };
        using var before = await client.GetAsync("/healthz/live");
        var hook = client.GetAsync("/healthz/prestop");
        await Eventually.IsTrueAsync(async () =>
        {
            using var after = await client.GetAsync("/healthz/live");
            return after.Headers.ConnectionClose is true;
        }, "connections are closed");

        Assert.Null(before.Headers.ConnectionClose);
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await hook).Dispose();
    }

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
