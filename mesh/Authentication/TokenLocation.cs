using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace MessageBoard.Mesh.Authentication;

/// <summary>A place where a request may have a token (Envoy's source/extensions/filters/http/jwt_authn/extractor.cc).</summary>
internal abstract class TokenLocation
{
    /// <summary>The places of a rule: those that it names, else a bearer's header and the parameter <c>access_token</c>.</summary>
    public static TokenLocation[] Of(JwtRule rule)
    {
        if (rule.FromHeaders.Count + rule.FromParams.Count + rule.FromCookies.Count == 0)
            return [new Header(new("Authorization", "Bearer ")), new Parameter("access_token")];

        return
        [
            .. rule.FromHeaders.Select(header => new Header(header)),
            .. rule.FromParams.Select(name => new Parameter(name)),
            .. rule.FromCookies.Select(name => new Cookie(name)),
        ];
    }

    /// <summary>Adds what is there to <paramref name="tokens"/>.</summary>
    public abstract void Find(HttpRequest request, ref List<string>? tokens);

    /// <summary>Takes it out of the request.</summary>
    public abstract void Remove(HttpRequest request);

    private sealed class Header(JwtHeader header) : TokenLocation
    {
        public override void Find(HttpRequest request, ref List<string>? tokens)
        {
            if (!request.Headers.TryGetValue(header.Name, out var values))
                return;

            foreach (var value in values)
            {
                var start = value!.IndexOf(header.Prefix, StringComparison.Ordinal);
                if (start < 0)
                    continue;

                start += header.Prefix.Length;
                while (header.Prefix.Length > 0 && start < value.Length && !IsOfToken(value[start]))
                    start++;

                (tokens ??= []).Add(start < value.Length ? value[start..] : value);
            }
        }

        public override void Remove(HttpRequest request) => request.Headers.Remove(header.Name);

        private static bool IsOfToken(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';
    }

    private sealed class Parameter(string name) : TokenLocation
    {
        public override void Find(HttpRequest request, ref List<string>? tokens)
        {
            if (!request.QueryString.HasValue)
                return;

            foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
            {
                if (!IsIt(pair))
                    continue;

                (tokens ??= []).Add(pair.DecodeValue().ToString());
                return;
            }
        }

        public override void Remove(HttpRequest request)
        {
            var kept = new StringBuilder();
            foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
            {
                if (!IsIt(pair))
                    kept.Append(kept.Length == 0 ? '?' : '&').Append(pair.EncodedName.Span).Append('=').Append(pair.EncodedValue.Span);
            }

            request.QueryString = new(kept.ToString());
        }

        private bool IsIt(QueryStringEnumerable.EncodedNameValuePair pair) => pair.DecodeName().Span.SequenceEqual(name);
    }

    private sealed class Cookie(string name) : TokenLocation
    {
        public override void Find(HttpRequest request, ref List<string>? tokens)
        {
            if (request.Cookies.TryGetValue(name, out var value))
                (tokens ??= []).Add(value);
        }

        // Envoy leaves it, too.
        public override void Remove(HttpRequest request)
        {
        }
    }
}
