using System.Net.Http.Headers;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Changes headers as VirtualServices say.</summary>
internal static class HeaderRules
{
    /// <summary>Changes a request's headers, the destination's rules before the route's.</summary>
    public static void ApplyRequest(Call call)
    {
        Apply(call.Decision.Destination!.Headers.Request, call.Request);
        Apply(call.Decision.Route!.Headers.Request, call.Request);
    }

    /// <summary>Changes a response's headers, the destination's rules before the route's.</summary>
    public static HttpResponseMessage ApplyResponse(Call call, HttpResponseMessage response)
    {
        Apply(call.Decision.Destination?.Headers.Response ?? HeaderOperations.None, response);
        Apply(call.Decision.Route!.Headers.Response, response);
        return response;
    }

    // Host and :authority are a request's authority.
    private static void Apply(HeaderOperations rules, HttpRequestMessage request)
    {
        if (rules.IsEmpty)
            return;

        // What is set goes before what is added, and the route's before its destination's.
        if (rules.Set.Concat(rules.Add).FirstOrDefault(header => HeaderOperations.IsAuthority(header.Key)).Value is { } authority)
            request.Headers.Host = authority;

        Apply(rules, request.Headers, request.Content?.Headers);
    }

    private static void Apply(HeaderOperations rules, HttpResponseMessage response)
    {
        if (!rules.IsEmpty)
            Apply(rules, response.Headers, response.Content.Headers);
    }

    private static void Apply(HeaderOperations rules, HttpHeaders headers, HttpHeaders? contentHeaders)
    {
        // Envoy removes first, so that a rule can take all values out and add its own.
        foreach (var name in rules.Remove.Where(IsPlain))
            Remove(name);

        foreach (var (name, value) in rules.Set.Where(header => IsPlain(header.Key)))
        {
            Remove(name);
            Add(name, value);
        }

        foreach (var (name, value) in rules.Add.Where(header => IsPlain(header.Key)))
            Add(name, value);

        // .NET keeps Content-Type and its like with the content.
        void Add(string name, string text)
        {
            var value = HeaderBytes.FromText(text);
            if (!headers.TryAddWithoutValidation(name, value))
                contentHeaders?.TryAddWithoutValidation(name, value);
        }

        void Remove(string name)
        {
            if (headers.NonValidated.Contains(name))
                headers.Remove(name);
            else if (contentHeaders?.NonValidated.Contains(name) == true)
                contentHeaders.Remove(name);
        }
    }

    private static bool IsPlain(string name) => !name.StartsWith(':') && !HeaderOperations.IsAuthority(name);
}
