using System.Text;
using MessageBoard.Gateway.Mesh;

namespace MessageBoard.Gateway.Page;

/// <summary>
/// The gateway's own OpenAPI document, <c>/openapi/gateway.json</c>, and links to it and the services', which the proxy serves as
/// <c>/openapi/{service}.json</c>.
/// </summary>
public static class OpenApiIndex
{
    private const string Gateway = "gateway";

    /// <summary>Maps <c>GET /openapi</c> and <c>GET /openapi/gateway.json</c>.</summary>
    public static IEndpointRouteBuilder MapOpenApiIndex(this IEndpointRouteBuilder app)
    {
        app.MapGet(
            "/openapi",
            (FrontedServices services) => TypedResults.Text(Render([Gateway, .. services.Names]), "text/html", Encoding.UTF8))
            .ExcludeFromDescription();
        app.MapOpenApi($"/openapi/{Gateway}.json");
        return app;
    }

    private static string Render(IEnumerable<string> processes) =>
        $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>MessageBoard: OpenAPI</title>
        <h1>OpenAPI documents</h1>
        <ul>
        {string.Join('\n', processes.Select(name => $"<li><a href=\"/openapi/{name}.json\">{name}</a></li>"))}
        </ul>
        """;
}
