using System.Diagnostics.CodeAnalysis;

namespace MessageBoard.Mesh.Routing;

/// <summary>Finds a query parameter as Envoy does: the first of its name, with nothing decoded.</summary>
internal static class QueryParameter
{
    /// <param name="query">The query with its question mark.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="value">Its value; empty for one without an equals sign.</param>
    public static bool TryGet(string query, string name, [NotNullWhen(true)] out string? value)
    {
        var rest = query.AsSpan().TrimStart('?');
        foreach (var range in rest.Split('&'))
        {
            var parameter = rest[range];
            if (parameter.StartsWith(name, StringComparison.Ordinal) && (parameter.Length == name.Length || parameter[name.Length] == '='))
            {
                value = parameter.Length > name.Length ? parameter[(name.Length + 1)..].ToString() : "";
                return true;
            }
        }

        value = null;
        return false;
    }
}
