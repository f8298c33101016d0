using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Requests;

namespace MessageBoard.MeshCheck.Live;

/// <summary>Requests that are likely to come to each rule of VirtualServices.</summary>
internal static class Probes
{
    /// <summary>For each host and each match one, and one that asks for nothing.</summary>
    public static IEnumerable<CheckedRequest> Of(VirtualService service) =>
        from host in service.Hosts
            .Select(host => HostNames.FullName(host.Replace("*", "any", StringComparison.Ordinal), service.Key.Namespace))
        from match in service.Http.SelectMany(rule => rule.Matches).Prepend(new HttpMatch())
        let request = Of(host, match)
        where request is not null
        select request;

    // Of an expression nobody knows a text that it matches, at least not from the expression.
    private static CheckedRequest? Of(string host, HttpMatch match)
    {
        var query = string.Join('&', match.QueryParams.Select(parameter => $"{parameter.Key}={Text(parameter.Value)}"));
        var port = match.Port is { } number ? $":{number}" : "";
        var path = match.Uri is { } uri ? Text(uri) : "/";
        return CheckedRequest.Create(
            match.Method is { } method && Text(method) is { Length: > 0 } word ? word : "GET",
            $"http://{host}{port}{(path.StartsWith('/') ? "" : "/")}{path}{(query.Length > 0 ? "?" : "")}{query}",
            [
                .. match.Headers.Where(header => !header.Key.StartsWith(':'))
                    .Select(header => KeyValuePair.Create(header.Key, Text(header.Value))),
            ]);
    }

    private static string Text(StringMatch match) => match switch
    {
        StringMatch.Exact exact => exact.Value,
        StringMatch.Prefix prefix => prefix.Value,
        StringMatch.PathPrefix prefix => prefix.Value,
        _ => "",
    };
}
