using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace MessageBoard.Gateway.Page;

/// <summary>
/// Serves the page's files as the build has compressed them: <c>.br</c> and <c>.gz</c> beside each, the one that the browser likes better
/// by <c>Accept-Encoding</c> (RFC 9110, 12.5.3).
/// </summary>
internal static class Precompressed
{
    private static readonly (string Encoding, string Extension)[] Kinds = [("br", ".br"), ("gzip", ".gz")];

    /// <summary>Has the path of a request for a file name the compressed one. Stands before what serves files.</summary>
    public static WebApplication UsePrecompressed(this WebApplication app, IFileProvider files)
    {
        app.Use((context, next) =>
        {
            if (context.GetEndpoint() is not null || !IsRead(context.Request) || context.Request.Path.Value is not { } path)
                return next(context);

            if (Plain(path) != path) // no file of the page has such a name
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            if (Kinds.Any(kind => files.GetFileInfo(path + kind.Extension).Exists))
                Choose(context, files, path);

            return next(context);
        });
        return app;
    }

    /// <summary>The name that a file had before it was compressed.</summary>
    public static string Plain(string name) =>
        Kinds.FirstOrDefault(kind => name.EndsWith(kind.Extension, StringComparison.Ordinal)) is { Extension: { } extension }
            ? name[..^extension.Length]
            : name;

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private static void Choose(HttpContext context, IFileProvider files, string path)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        headers.Vary = HeaderNames.AcceptEncoding;
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var (best, quality) = (default((string Encoding, string Extension)), QualityOf(accepted, "identity") ?? 0);
        foreach (var kind in Kinds)
        {
            if ((QualityOf(accepted, kind.Encoding) ?? QualityOf(accepted, "*") ?? 0) is var wanted && wanted > quality
                && files.GetFileInfo(path + kind.Extension).Exists)
                (best, quality) = (kind, wanted);
        }

        if (best.Encoding is null)
            return;

        request.Path = path + best.Extension;
        request.Headers.Range = default; // a part of what is compressed is of no use
        headers.ContentEncoding = best.Encoding;
    }

    private static double? QualityOf(IList<StringWithQualityHeaderValue> accepted, string encoding)
    {
        foreach (var range in accepted)
        {
            if (range.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase))
                return range.Quality ?? 1;
        }

        return null;
    }
}
