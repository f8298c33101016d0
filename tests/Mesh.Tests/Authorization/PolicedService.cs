using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Tests.Authorization;

/// <summary>A real service that goes by some policies, and answers with what it has seen of the request. Anybody may call it.</summary>
internal sealed class PolicedService : IAsyncDisposable
{
    private readonly TemporaryFolder _istio = new();
    private readonly WebApplication _app;

    private PolicedService(string app, Action<IServiceCollection>? configure, ILoggerProvider? logs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (logs is not null)
            builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);

        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Mesh:Folder"] = _istio.Path;
        builder.Services.AddSingleton(new MeshProxy { Labels = new Dictionary<string, string> { ["app"] = app } });
        configure?.Invoke(builder.Services);
        builder.Services.AddMesh(builder.Configuration);
        _app = builder.Build();
        _app.UseMeshAuthorization();
        _app.Map("/{**path}", (HttpRequest request) => new Seen(
            $"{request.Path}{request.QueryString}", request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())));
    }

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Where its policies are.</summary>
    public TemporaryFolder Istio => _istio;

    /// <summary>Starts one.</summary>
    public static async Task<PolicedService> StartAsync(
        string yaml, Action<IServiceCollection>? configure = null, ILoggerProvider? logs = null, string app = "user-service")
    {
        var service = new PolicedService(app, configure, logs);
        service._istio.Write("policies.yaml", yaml);
        await service._app.StartAsync();
        Assert.Empty(service._app.Services.GetRequiredService<MeshFolder>().Current.Problems);
        service.Client = new() { BaseAddress = new(service._app.Urls.Single()) };
        return service;
    }

    /// <summary>A policy for this service.</summary>
    public static string Policy(string kind, string spec, string metadata = "") => $$$"""
        apiVersion: security.istio.io/v1
        kind: {{{kind}}}
        metadata: {name: policy, namespace: messageboard{{{metadata}}}}
        spec: {selector: {matchLabels: {app: user-service}}, {{{spec.ReplaceLineEndings(" ")}}}}
        ---

        """;

    /// <summary>The status of a request.</summary>
    public async Task<int> StatusAsync(string path = "/", params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(path, headers);
        return (int)response.StatusCode;
    }

    /// <summary>Sends a request with these headers.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _istio.Dispose();
    }

    /// <summary>A request as the service's own code sees it.</summary>
    public sealed record Seen(string Target, Dictionary<string, string> Headers);
}
