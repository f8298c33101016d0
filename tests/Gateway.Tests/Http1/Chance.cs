using System.Text;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>What generators draw.</summary>
internal static class Chance
{
    /// <summary>True in so many percent of all cases.</summary>
    public static bool Is(this Random random, double percent) => random.NextDouble() * 100 < percent;

    public static T Pick<T>(this Random random, params ReadOnlySpan<T> items) => items[random.Next(items.Length)];

    /// <summary>Any bytes.</summary>
    public static string Bytes(this Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    /// <summary>Letters.</summary>
    public static string Letters(this Random random, int length) =>
        string.Create(length, random, static (span, random) => random.GetItems("abcdefghijklmnopqrstuvwxyz0123456789", span));

    /// <summary>A body in chunks (RFC 9112, 7.1).</summary>
    /// <param name="random">Draws how it is written.</param>
    /// <param name="body">The content.</param>
    /// <param name="isPlain">Whether without what few write: extensions, zeros before the size, trailers.</param>
    public static string Chunked(this Random random, string body, bool isPlain = false)
    {
        var text = new StringBuilder();
        for (var at = 0; at < body.Length;)
        {
            var size = Math.Min(body.Length - at, random.Is(20) ? random.Next(1, 4) : random.Next(1, 20_000));
            text.Append(random.Is(50) ? $"{size:x}" : $"{size:X}");
            if (!isPlain && random.Is(15))
                text.Insert(text.Length - $"{size:x}".Length, random.Pick("0", "000"));

            if (!isPlain && random.Is(15))
                text.Append(random.Pick(";a", ";a=b", ";a=\"b;c\"", "; a = b"));

            text.Append("\r\n").Append(body, at, size).Append("\r\n");
            at += size;
        }

        text.Append(isPlain ? "0" : random.Pick("0", "0", "000", "0;a=b")).Append("\r\n");
        if (!isPlain && random.Is(20))
            text.Append("X-Trailer: a\r\nX-Other-Trailer:\r\n");

        return text.Append("\r\n").ToString();
    }
}
