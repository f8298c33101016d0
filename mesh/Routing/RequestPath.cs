namespace MessageBoard.Mesh.Routing;

/// <summary>
/// One form for all spellings of a path, by which routes and policies decide: what Istio's <c>pathNormalization: MERGE_SLASHES</c> has
/// (https://istio.io/latest/docs/reference/config/security/normalization/).
/// </summary>
public static class RequestPath
{
    /// <summary>
    /// Of a path as it was sent: unreserved characters decoded, backslashes made slashes, dot segments taken out, slashes merged. An
    /// escaped slash stays one.
    /// </summary>
    public static string Normalize(string path) => MergeSegments(path.Contains('%') ? DecodeUnreserved(path) : path);

    /// <summary>Of a path that was decoded already: all of that but the decoding.</summary>
    public static string MergeSegments(string path)
    {
        if (path.Contains('\\'))
            path = path.Replace('\\', '/');

        path = RemoveDotSegments(path);
        if (!path.Contains("//", StringComparison.Ordinal))
            return path;

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return $"/{string.Join('/', segments)}{(path.EndsWith('/') && segments.Length > 0 ? "/" : "")}";
    }

    /// <summary>
    /// The path without <c>.</c> and <c>..</c>, escaped ones (<c>%2e</c>) too, and else as it was written
    /// (https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4).
    /// </summary>
    public static string RemoveDotSegments(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal)
            && !(path.Contains('%') && path.Contains("/%2e", StringComparison.OrdinalIgnoreCase)))
            return path;

        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            var (segment, isLast) = (segments[i], i == segments.Length - 1);
            switch (segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase))
            {
                case ".":
                    break;
                case "..":
                    if (kept.Count > 0)
                        kept.RemoveAt(kept.Count - 1);

                    break;
                default:
                    kept.Add(segment);
                    continue;
            }

            if (isLast)
                kept.Add(""); // what it points to is a folder
        }

        return $"/{string.Join('/', kept)}";
    }

    // https://www.rfc-editor.org/rfc/rfc3986#section-2.3
    private static string DecodeUnreserved(string path)
    {
        var decoded = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length
                && byte.TryParse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                && (char.IsAsciiLetterOrDigit((char)code) || (char)code is '-' or '.' or '_' or '~'))
            {
                decoded.Append((char)code);
                i += 2;
            }
            else
            {
                decoded.Append(path[i]);
            }
        }

        return decoded.ToString();
    }
}
