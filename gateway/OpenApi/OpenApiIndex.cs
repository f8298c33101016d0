using System.Text;
using MessageBoard.Gateway.Weights;

namespace MessageBoard.Gateway.OpenApi;

/// <summary>Links the services' OpenAPI documents, which the proxy serves as <c>/openapi/{service}.json</c>.</summary>
public static class OpenApiIndex
{
    /// <summary>Maps <c>GET /openapi</c>.</summary>
    public static IEndpointRouteBuilder MapOpenApiIndex(this IEndpointRouteBuilder app)
    {
        app.MapGet("/openapi", (ConfiguredWeights configured) => TypedResults.Text(Render(configured.Services), "text/html", Encoding.UTF8));
        return app;
    }

    private static string Render(IEnumerable<string> services) =>
        $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>MessageBoard: OpenAPI</title>
        <h1>OpenAPI documents</h1>
        <ul>
        {string.Join('\n', services.Select(service => $"<li><a href=\"/openapi/{service}.json\">{service}</a></li>"))}
        </ul>
        """;
}
