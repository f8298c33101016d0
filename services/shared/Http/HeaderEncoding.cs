using System.Text;
using Microsoft.Net.Http.Headers;

namespace MessageBoard.Shared.Http;

/// <summary>How Kestrel reads and writes headers: each byte is a character, and no cookie of another program's is refused.</summary>
internal static class HeaderEncoding
{
    private static readonly Encoding Digits = new DigitsEncoding();

    public static Encoding OfRequest(string name) => name == HeaderNames.ContentLength ? Digits : Encoding.Latin1;

    public static Encoding OfResponse(string name) => Encoding.Latin1;

    // Kestrel takes "+15" for 15, which other servers do not: a length that two servers read differently hides a second request
    // (https://www.rfc-editor.org/rfc/rfc9112#section-6.3). It answers 400 to what is no number.
    private sealed class DigitsEncoding : ASCIIEncoding
    {
        private const int MaxLength = 19; // of long.MaxValue

        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars) =>
            bytes.Length > MaxLength || bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? 0 : base.GetChars(bytes, chars);
    }
}
