using System.Globalization;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>A message's head as it was written, read without judging it.</summary>
internal sealed class HttpText
{
    private HttpText(string head)
    {
        var lines = head[..^Wire.HeadEnd.Length].Split("\r\n");
        (Head, StartLine) = (head, lines[0]);
        Headers = [.. lines[1..].Select(line => line.IndexOf(':') is >= 0 and var colon
            ? (line[..colon], line[(colon + 1)..].Trim(' ', '\t'))
            : (line, ""))];
    }

    private HttpText(string startLine, IEnumerable<(string, string)> headers, string body) =>
        (StartLine, Headers, Body) = (startLine, [.. headers], body);

    public string Head { get; } = "";

    public string StartLine { get; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; }

    public string Body { get; private set; } = "";

    /// <summary>Whether the body came to its end.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>A response's status.</summary>
    public int Status => int.Parse(StartLine.Split(' ')[1], NumberStyles.None, CultureInfo.InvariantCulture);

    public string Method => StartLine[..StartLine.IndexOf(' ')];

    public string Target => StartLine.Split(' ')[1];

    public bool IsChunked => string.Equals(this["Transfer-Encoding"], "chunked", StringComparison.OrdinalIgnoreCase);

    public int? Length => this["Content-Length"] is { } length ? int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    /// <summary>The first value of a header; null without one.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (other, value) in Headers)
            {
                if (other.Equals(name, StringComparison.OrdinalIgnoreCase))
                    return value;
            }

            return null;
        }
    }

    /// <summary>A request that another server has read.</summary>
    public static HttpText Of(string startLine, IEnumerable<(string Name, string Value)> headers, string body) =>
        new(startLine, headers, body);

    /// <summary>Reads a request's head; null when there is none.</summary>
    public static async Task<HttpText?> ReadRequestHeadAsync(Wire wire) => await wire.ReadHeadAsync() is { } head ? new(head) : null;

    /// <summary>Reads a request's body.</summary>
    public async Task ReadBodyAsync(Wire wire) => (Body, IsWhole) =
        IsChunked ? await wire.ReadChunkedAsync() : Length is > 0 and var length ? await wire.ReadAsync(length) : ("", true);

    /// <summary>Reads the response to a request, interim ones (RFC 9110, 15.2) apart.</summary>
    /// <returns>Null when there is none.</returns>
    public static async Task<HttpText?> ReadResponseAsync(Wire wire, string method)
    {
        while (await wire.ReadHeadAsync() is { } head)
        {
            var response = new HttpText(head);
            if (response.Status is >= 100 and < 200 and not 101)
                continue;

            if (method == "HEAD" || response.Status is 204 or 304)
                return response;

            // What comes after 101 is another protocol's, to the end.
            (response.Body, response.IsWhole) = response.Status != 101 && response.IsChunked ? await wire.ReadChunkedAsync()
                : response.Status != 101 && response.Length is { } length ? await wire.ReadAsync(length)
                : await wire.ReadToEndAsync();
            return response;
        }

        return null;
    }
}
