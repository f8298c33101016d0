using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MessageBoard.Mesh.Authentication;

/// <summary>The headers that tell a workload what a good token says.</summary>
internal sealed class ClaimHeaders(JwtRule rule)
{
    /// <summary>Their names.</summary>
    public IEnumerable<string> Names =>
        rule.OutputClaimToHeaders.Select(output => output.Header).Concat(rule.OutputPayloadToHeader is { } header ? [header] : []);

    /// <summary>Writes them.</summary>
    public void Add(IHeaderDictionary headers, Token token)
    {
        if (rule.OutputPayloadToHeader is { } header)
            Add(headers, header, token.EncodedPayload);

        foreach (var output in rule.OutputClaimToHeaders)
        {
            if (Text(token.Payload, output.Claim) is { Length: > 0 } text)
                Add(headers, output.Header, text);
        }
    }

    // A line break would end the header wherever it is sent on to.
    private static void Add(IHeaderDictionary headers, string name, string value)
    {
        if (!value.AsSpan().ContainsAny('\r', '\n', '\0'))
            headers.Append(name, new StringValues(HeaderBytes.FromText(value)));
    }

    private static string? Text(JsonElement payload, string claim)
    {
        foreach (var name in claim.Split('.'))
        {
            if (payload.ValueKind != JsonValueKind.Object || !payload.TryGetProperty(name, out payload))
                return null;
        }

        return payload.ValueKind switch
        {
            JsonValueKind.String => payload.GetString(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => Number(payload.GetDouble()),
            _ => null,
        };
    }

    // As Envoy writes numbers: whole and positive ones as such, all others with six digits.
    private static string Number(double number) => number is >= 0 and < ulong.MaxValue && Math.Floor(number) == number
        ? ((ulong)number).ToString(CultureInfo.InvariantCulture)
        : number.ToString("F6", CultureInfo.InvariantCulture);
}
