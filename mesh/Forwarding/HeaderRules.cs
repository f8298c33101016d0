using System.Net.Http.Headers;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Changes headers as VirtualServices say.</summary>
internal static class HeaderRules
{
    /// <summary>Changes a request's headers, the destination's rules before the route's.</summary>
    public static void ApplyRequest(Call call)
    {
        Apply(call.Decision.Destination!.Headers.Request, call);
        Apply(call.Decision.Route!.Headers.Request, call);
    }

    /// <summary>Changes a response's headers, the destination's rules before the route's.</summary>
    public static HttpResponseMessage ApplyResponse(Call call, HttpResponseMessage response)
    {
        Apply(call.Decision.Destination?.Headers.Response ?? HeaderOperations.None, call, response);
        Apply(call.Decision.Route!.Headers.Response, call, response);
        return response;
    }

    // Host and :authority are a request's authority.
    private static void Apply(HeaderOperations rules, Call call)
    {
        if (rules.IsEmpty)
            return;

        var request = call.Request;

        // What is set goes before what is added, and the route's before its destination's.
        if (rules.Set.Concat(rules.Add).FirstOrDefault(header => HeaderOperations.IsAuthority(header.Key)).Value is { } authority)
            request.Headers.Host = HeaderFormatter.Format(authority, call, null);

        Apply(rules, request.Headers, request.Content?.Headers, call, null);
    }

    private static void Apply(HeaderOperations rules, Call call, HttpResponseMessage response)
    {
        if (!rules.IsEmpty)
            Apply(rules, response.Headers, response.Content.Headers, call, response);
    }

    private static void Apply(
        HeaderOperations rules, HttpHeaders headers, HttpHeaders? contentHeaders, Call call, HttpResponseMessage? response)
    {
        // Envoy removes first, so that a rule can take all values out and add its own.
        foreach (var name in rules.Remove.Where(IsPlain))
            Remove(name);

        foreach (var (name, value) in rules.Set.Where(header => IsPlain(header.Key)))
        {
            var text = HeaderFormatter.Format(value, call, response);
            if (text.Length == 0 && value.Command is not null)
                continue; // Envoy leaves the header as it is where the commands give nothing

            Remove(name);
            Add(name, text);
        }

        foreach (var (name, value) in rules.Add.Where(header => IsPlain(header.Key)))
        {
            var text = HeaderFormatter.Format(value, call, response);
            if (text.Length > 0 || value.Command is null)
                Add(name, text);
        }

        // .NET keeps Content-Type and its like with the content.
        void Add(string name, string text)
        {
            if (!headers.TryAddWithoutValidation(name, text))
                contentHeaders?.TryAddWithoutValidation(name, text);
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
