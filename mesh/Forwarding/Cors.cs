using System.Globalization;
using System.Net;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Answers preflights and marks answers for scripts of other origins (https://fetch.spec.whatwg.org/#http-cors-protocol).</summary>
internal static class Cors
{
    /// <summary>The answer to a preflight; null for a request that goes on.</summary>
    public static HttpResponseMessage? Preflight(CorsPolicy policy, HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Options || Header(request, "Origin") is not { } origin || Header(request, "Access-Control-Request-Method") is null)
            return null;

        var allowed = policy.AllowOrigins.Any(candidate => candidate.IsMatch(origin));
        if (!allowed && policy.ForwardUnmatchedPreflights)
            return null;

        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        if (!allowed)
            return response;

        AllowOrigin(policy, origin, response);
        Add(response, "Access-Control-Allow-Methods", policy.AllowMethods);
        Add(response, "Access-Control-Allow-Headers", policy.AllowHeaders);
        if (policy.MaxAge is { } age)
            response.Headers.Add("Access-Control-Max-Age", ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture));

        return response;
    }

    /// <summary>Lets scripts of the request's origin read the answer, if that may.</summary>
    public static void Mark(CorsPolicy policy, HttpRequestMessage request, HttpResponseMessage response)
    {
        if (Header(request, "Origin") is not { } origin || !policy.AllowOrigins.Any(candidate => candidate.IsMatch(origin)))
            return;

        AllowOrigin(policy, origin, response);
        Add(response, "Access-Control-Expose-Headers", policy.ExposeHeaders);
    }

    private static void AllowOrigin(CorsPolicy policy, string origin, HttpResponseMessage response)
    {
        // Whatever the service says of it, there may be one value only.
        response.Headers.Remove("Access-Control-Allow-Origin");
        response.Headers.TryAddWithoutValidation("Access-Control-Allow-Origin", origin);
        if (policy.AllowCredentials == true)
        {
            response.Headers.Remove("Access-Control-Allow-Credentials");
            response.Headers.Add("Access-Control-Allow-Credentials", "true");
        }
    }

    private static void Add(HttpResponseMessage response, string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
            response.Headers.TryAddWithoutValidation(name, string.Join(',', values));
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
