using Microsoft.OpenApi;

namespace MessageBoard.Shared.Http;

/// <summary>A process's OpenAPI document.</summary>
public static class OpenApiDocument
{
    /// <summary>Registers it.</summary>
    /// <param name="services">The process's services.</param>
    /// <param name="title">The process's name.</param>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services, string title) => services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = title;
            document.Servers?.Clear(); // the gateway's address is the caller's to know, the pod's is nobody's business
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(static (schema, _, _) =>
        {
            Tighten(schema);
            return Task.CompletedTask;
        });
    });

    // As answers are: numbers are no texts, though a body may have them so, and every property is there, be it null.
    private static void Tighten(OpenApiSchema schema)
    {
        if (schema.Type is { } type && type.HasFlag(JsonSchemaType.String)
            && (type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number)))
            (schema.Type, schema.Pattern) = (type & ~JsonSchemaType.String, null);

        if (schema.Properties is { Count: > 0 } properties && !properties.ContainsKey("title")) // of a problem some are missing
            schema.Required = new HashSet<string>(properties.Keys);
    }
}
