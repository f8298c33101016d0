using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace MessageBoard.Gateway.Page;

/// <summary>Serves the built page.</summary>
public static class PageHosting
{
    // The page brings all it needs and may be shown in no frame.
    private const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    /// <summary>Serves the folder <c>Gateway:Page</c> at <c>/</c>; without it nothing is served there.</summary>
    public static WebApplication UsePage(this WebApplication app)
    {
        if (app.Configuration["Gateway:Page"] is not { } folder || !Directory.Exists(folder))
            return app;

        var files = new PhysicalFileProvider(Path.GetFullPath(folder));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UsePrecompressed(files);
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            ContentTypeProvider = new PlainTypes(),
            OnPrepareResponse = SetHeaders,
        });
        return app;
    }

    // What is compressed is what it was.
    private sealed class PlainTypes : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider _types = new();

        public bool TryGetContentType(string subpath, [MaybeNullWhen(false)] out string contentType) =>
            _types.TryGetContentType(Precompressed.Plain(subpath), out contentType);
    }

    private static void SetHeaders(StaticFileResponseContext file)
    {
        var (response, headers) = (file.Context.Response, file.Context.Response.Headers);
        if (response.ContentType is { } type && (type.StartsWith("text/", StringComparison.Ordinal)
            || type.EndsWith("+xml", StringComparison.Ordinal)))
            response.ContentType = $"{type}; charset=utf-8";

        headers.AcceptRanges = headers.ContentEncoding.Count == 0 ? "bytes" : "none";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        // Vite puts a hash of their content into the names of all files under assets/.
        headers.CacheControl = file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache";
        if (Precompressed.Plain(file.File.Name).EndsWith(".html", StringComparison.Ordinal))
            PageKey.Give(file.Context);
    }
}
