namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Answers preflights and marks answers for scripts of other origins (https://fetch.spec.whatwg.org/#http-cors-protocol).
/// </summary>
internal static class Cors
{
    /// <summary>The answer to a preflight; null for a request that goes on.</summary>
    public static HttpResponseMessage? Preflight(Call call)
    {
        var request = call.Request;
        if (PolicyOf(call) is not { } policy || request.Method != HttpMethod.Options || Header(request, "Origin") is not { } origin
            || Header(request, "Access-Control-Request-Method") is not { } method)
            return null;

        var allowed = Allows(policy, origin);
        if (!allowed && policy.ForwardUnmatchedPreflights)
            return null;

        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        if (allowed)
            AllowOrigin(origin, response);

        // As Envoy writes them, whatever the origin is: without its own header a browser goes by none of them.
        AllowCredentials(policy, response);
        Set(response, "Access-Control-Allow-Methods", policy.AllowMethods, method);
        Set(response, "Access-Control-Allow-Headers", policy.AllowHeaders, Header(request, "Access-Control-Request-Headers"));
        if (policy.MaxAge is { } age)
            response.Headers.Add("Access-Control-Max-Age", ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture));

        return response;
    }

    /// <summary>Lets scripts of the request's origin read the answer, if that may.</summary>
    public static HttpResponseMessage Mark(Call call, HttpResponseMessage response)
    {
        if (PolicyOf(call) is { } policy && Header(call.Request, "Origin") is { } origin && Allows(policy, origin))
        {
            AllowOrigin(origin, response);
            AllowCredentials(policy, response);
            Set(response, "Access-Control-Expose-Headers", policy.ExposeHeaders, "*");
        }

        return response;
    }

    // Envoy's filter looks at no route that is answered without a service.
    private static CorsPolicy? PolicyOf(Call call) => call.Route.Destinations.Count > 0 ? call.Route.Cors : null;

    private static void AllowOrigin(string origin, HttpResponseMessage response)
    {
        // Whatever the service says of it, there may be one value only.
        response.Headers.Remove("Access-Control-Allow-Origin");
        response.Headers.TryAddWithoutValidation("Access-Control-Allow-Origin", origin);
    }

    private static void AllowCredentials(CorsPolicy policy, HttpResponseMessage response)
    {
        if (policy.AllowCredentials == true)
        {
            response.Headers.Remove("Access-Control-Allow-Credentials");
            response.Headers.Add("Access-Control-Allow-Credentials", "true");
        }
    }

    // An origin of "*" stands for all, as a header's name and a method's do: for what was asked for.
    private static bool Allows(CorsPolicy policy, string origin) =>
        policy.AllowOrigins.Any(candidate => candidate.IsMatch("*") || candidate.IsMatch(origin));

    private static void Set(HttpResponseMessage response, string name, IReadOnlyList<string> values, string? asked)
    {
        if (values.Count == 0)
            return;

        response.Headers.Remove(name); // the service's own
        if ((values is ["*"] ? asked : string.Join(',', values)) is { } value)
            response.Headers.TryAddWithoutValidation(name, value);
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() is { Length: > 0 } value ? value : null : null;
}
