using System.Text;
using MessageBoard.Gateway.Mesh;

namespace MessageBoard.Gateway.Page;

/// <summary>Links the services' OpenAPI documents, which the proxy serves as <c>/openapi/{service}.json</c>.</summary>
public static class OpenApiIndex
{
    /// <summary>Maps <c>GET /openapi</c>.</summary>
    public static IEndpointRouteBuilder MapOpenApiIndex(this IEndpointRouteBuilder app)
    {
        app.MapGet("/openapi", (FrontedServices services) => TypedResults.Text(Render(services.Names), "text/html", Encoding.UTF8));
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
