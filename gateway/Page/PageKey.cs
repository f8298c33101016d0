using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace MessageBoard.Gateway.Page;

/// <summary>
/// A random number in a cookie that comes with the page's document. By it alone a browser is told what became of its own requests without
/// a log-in. It says nothing of who that is, belongs to no account, ends with the browser, and goes no further than the gateway.
/// </summary>
internal static class PageKey
{
    private const string CookieName = "mb_page", Prefix = $"{CookieName}=";
    private const int Digits = 32;

    /// <summary>The key that a request came with; 0 for none. Makes no text.</summary>
    public static UInt128 Of(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<Kept>() is { } kept)
            return kept.Key;

        foreach (var cookies in request.Headers.Cookie)
        {
            if (!IsIn(cookies))
                continue;

            foreach (var range in cookies.AsSpan().Split(';'))
            {
                var cookie = cookies.AsSpan(range).Trim();
                if (cookie.Length == Prefix.Length + Digits && cookie.StartsWith(Prefix, StringComparison.Ordinal)
                    && UInt128.TryParse(cookie[Prefix.Length..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var key))
                    return key;
            }
        }

        return 0;
    }

    /// <summary>Keeps the key that a request came with, whose cookie is taken out.</summary>
    public static void Keep(HttpContext context) => context.Features.Set(new Kept(Of(context.Request)));

    /// <summary>Whether two keys are the same, in the same time whatever they are; no key is none's.</summary>
    public static bool AreSame(UInt128 one, UInt128 other) => one != 0 && CryptographicOperations.FixedTimeEquals(
        MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in one)), MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in other)));

    /// <summary>Gives a browser that has none a key, with the document that is its answer.</summary>
    public static void Give(HttpContext context)
    {
        if (Of(context.Request) != 0)
            return;

        var key = RandomNumberGenerator.GetHexString(Digits, lowercase: true);
        context.Response.Headers.CacheControl = "no-store"; // of one browser alone
        context.Response.Cookies.Append(CookieName, key, new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            Path = "/",
        });
    }

    /// <summary>Whether a Cookie header has the key's name in it.</summary>
    public static bool IsIn(StringValues cookies)
    {
        foreach (var value in cookies)
        {
            if (value is not null && value.Contains(Prefix, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>A Cookie header without the key; empty where there is nothing else in it.</summary>
    public static string Remove(StringValues cookies)
    {
        var rest = cookies.Count == 1 ? cookies.ToString() : string.Join("; ", (IEnumerable<string?>)cookies);
        for (var start = 0; start < rest.Length;)
        {
            var end = rest.IndexOf(';', start);
            end = end < 0 ? rest.Length : end + 1;
            if (rest.AsSpan(start, end - start).TrimStart().StartsWith(Prefix, StringComparison.Ordinal))
                rest = rest.Remove(start, end - start);
            else
                start = end;
        }

        return rest.Trim(' ', ';');
    }

    private sealed record Kept(UInt128 Key);
}
