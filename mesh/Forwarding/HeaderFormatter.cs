using System.Net.Http.Headers;
using MessageBoard.Mesh.Explain;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Fills the commands of a header's value from a request and its answer.</summary>
internal static class HeaderFormatter
{
    /// <summary>The value as a header holds it; empty for one without a text whose commands give nothing.</summary>
    /// <param name="value">The rule's value.</param>
    /// <param name="call">The request.</param>
    /// <param name="response">The answer; null while the request is on its way.</param>
    public static string Format(HeaderValue value, Call call, HttpResponseMessage? response)
    {
        var text = HeaderBytes.FromText(value.Text);
        if (value.Command is null)
            return text;

        var filled = new StringBuilder();
        for (var part = value; part is not null; part = part.Rest)
        {
            filled.Append(HeaderBytes.FromText(part.Text));
            if (part.Command is { } command)
                filled.Append(Fill(command, call, response));
        }

        return filled.ToString();
    }

    private static string? Fill(HeaderCommand command, Call call, HttpResponseMessage? response)
    {
        var authority = response is null ? null : call.Exchange.Host?.Endpoint.Authority; // a request's endpoint is not drawn yet
        return command.Source switch
        {
            HeaderSource.RequestHeader => OfRequest(command, call),
            HeaderSource.ResponseHeader => response is null
                ? null
                : Find(response.Headers, response.Content.Headers, command.Name)
                    ?? Find(response.Headers, response.Content.Headers, command.Alternative),
            HeaderSource.Protocol => call.Request.Version.Major < 2 ? $"HTTP/{call.Request.Version}" : $"HTTP/{call.Request.Version.Major}",
            HeaderSource.RouteName => call.Route.Name,
            HeaderSource.StartTime => DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            HeaderSource.TraceId => call.Exchange.TraceId,
            HeaderSource.UpstreamCluster => call.Upstream is { Upstream: var upstream }
                ? $"outbound|{upstream.Port}|{upstream.Subset}|{upstream.Host}"
                : null,
            HeaderSource.UpstreamAddress => authority,
            HeaderSource.UpstreamAddressWithoutPort => authority?[..authority.LastIndexOf(':')].Trim('[', ']'),
            HeaderSource.UpstreamPort => authority?[(authority.LastIndexOf(':') + 1)..],
            HeaderSource.Attempts => call.Exchange.Tries > 0 ? $"{call.Exchange.Tries}" : null,
            HeaderSource.ResponseCode => response is null ? null : $"{(int)response.StatusCode}",
            _ => response is null ? null : call.Exchange.Flags.Format(),
        };
    }

    private static string? OfRequest(HeaderCommand command, Call call)
    {
        return Of(command.Name) ?? Of(command.Alternative);

        string? Of(string? name) => name?.ToLowerInvariant() switch
        {
            ":method" => call.Request.Method.Method,
            ":path" => call.Uri.PathAndQuery,
            ":authority" or "host" => call.Request.Headers.Host ?? call.Uri.Authority,
            ":scheme" => call.Uri.Scheme,
            _ => Find(call.Request.Headers, call.Request.Content?.Headers, name),
        };
    }

    // Of several Envoy takes the first.
    private static string? Find(HttpHeaders headers, HttpHeaders? contentHeaders, string? name) =>
        name is null ? null
        : headers.NonValidated.TryGetValues(name, out var values) || contentHeaders?.NonValidated.TryGetValues(name, out values) == true
            ? values.First()
            : null;
}
