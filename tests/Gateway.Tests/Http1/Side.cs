using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>A client of one of the two gateways, with a subset of each service to itself.</summary>
/// <param name="gateway">The gateway.</param>
/// <param name="raw">The log-service.</param>
/// <param name="kestrel">The user-service.</param>
internal sealed partial class Side(Http1Gateway gateway, RawBackend raw, KestrelBackend.Place kestrel) : IDisposable
{
    // Which may be known before the next request, or with it.
    private const string ClosedUnsaid = "it was closed unsaid";

    private Wire? _client;
    private string _cookie = "";

    /// <summary>Carries out an exchange.</summary>
    public async Task<Outcome> RunAsync(Exchange exchange)
    {
        Recorder? backend = exchange.Service switch { "log-service" => raw, "user-service" => kestrel, _ => null };
        if (exchange.IsFresh)
            backend?.EndKept(isReset: exchange.Number % 2 == 0);

        foreach (var answer in exchange.Answers)
            raw.Answers.Enqueue(answer);

        if (exchange.Kestrel is not null)
            kestrel.Answer = exchange.Kestrel;

        var outcome = new Outcome();
        if (exchange.Conduct != Conduct.Reads)
            Close();

        if (_client is { IsSpent: true })
        {
            outcome.Remarks.Add(_client.Available > 0 ? $"more came after the last answer: {await RestAsync(_client)}" : ClosedUnsaid);
            Close();
        }

        try
        {
            var isReused = _client is not null;
            _client ??= await Wire.ConnectAsync(gateway.Port);
            await (exchange.Conduct == Conduct.Reads ? AskAsync(_client, exchange, outcome) : LeaveAsync(_client, exchange, outcome));
            if (isReused && outcome.Replies is [null] && raw.Seen.IsEmpty && kestrel.Seen.IsEmpty)
            {
                outcome.Remarks.Add(ClosedUnsaid);
                outcome.Replies.Clear();
                _client = await Wire.ConnectAsync(gateway.Port);
                await AskAsync(_client, exchange, outcome);
            }
        }
        catch (TimeoutException)
        {
            outcome.Remarks.Add(Outcome.Hung);
            Close();
        }

        if (backend is not null)
        {
            await backend.QuietAsync();
            while (backend.Seen.TryDequeue(out var seen))
                outcome.Seen.Add(seen);
        }

        raw.Answers.Clear();
        if (exchange.Answers.Any(answer => answer.IsOdd))
            raw.EndKept();

        outcome.IsOpen = _client is not null;
        return outcome;
    }

    /// <summary>Begins a session, for <see cref="ExplainAsync"/>.</summary>
    public async Task LogInAsync() => _cookie = await gateway.LogInAsync(isAdmin: true);

    /// <summary>What the gateway tells of a request, without what is another's each time; null when others have taken its place.</summary>
    public async Task<string?> ExplainAsync(string trace)
    {
        for (var i = 0; i < 100; i++)
        {
            using var list = await gateway.SendAsync(HttpMethod.Get, "/api/traffic/requests?limit=100", cookie: _cookie);
            if (list.IsSuccessStatusCode && await FindAsync(list, trace) is { } id)
            {
                using var one = await gateway.SendAsync(HttpMethod.Get, $"/api/traffic/requests/{id}", cookie: _cookie);
                if (one.IsSuccessStatusCode)
                    return Changing.Replace(await one.Content.ReadAsStringAsync(), "$1…");
            }

            await Task.Delay(20); // it is recorded when the answer has ended; and on a busy machine Redis may be too slow for the session
        }

        return null;
    }

    public void Dispose() => Close();

    /// <summary>Begins with a new connection next time.</summary>
    public void Close()
    {
        _client?.Dispose();
        _client = null;
    }

    private static async Task SendAsync(Wire client, string text, int segment)
    {
        try
        {
            for (var at = 0; at < text.Length; at += segment)
            {
                segment = Math.Min(segment == 0 ? text.Length : segment, text.Length - at);
                await client.WriteAsync(text.Substring(at, segment));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Refused: the answer says why.
        }
    }

    private async Task AskAsync(Wire client, Exchange exchange, Outcome outcome)
    {
        // Both at once, or with much to say and to hear nobody would get on.
        var sending = SendAsync(client, string.Concat(exchange.Requests.Select(request => request.Text)), exchange.Segment);
        foreach (var (method, text) in exchange.Requests)
        {
            var reply = await HttpText.ReadResponseAsync(client, method);
            outcome.Replies.Add(reply);
            if (reply is null || !reply.IsWhole)
            {
                Close();
                break;
            }

            if (IsLast(reply, text))
            {
                if (await RestAsync(client) is { Length: > 0 } more)
                    outcome.Remarks.Add($"more came after the last answer: {more}");

                Close();
                break;
            }
        }

        await sending;
    }

    private async Task LeaveAsync(Wire client, Exchange exchange, Outcome outcome)
    {
        var text = exchange.Requests[0].Text;
        if (exchange.Conduct == Conduct.LeavesUnsent)
        {
            await SendAsync(client, text[..(text.Length - 1)], 0);
        }
        else
        {
            await SendAsync(client, text, 0);
            if (exchange.Conduct == Conduct.LeavesWaiting)
                await Eventually.IsTrueAsync(() => !raw.Seen.IsEmpty, "the backend has the request", 30);
            else if (await client.ReadHeadAsync() is null)
                outcome.Remarks.Add("no answer began");
        }

        if (exchange.Number % 2 == 0)
            client.Reset();

        Close();
    }

    [GeneratedRegex("""("(?:id|time|durationMs|traceId|draw|address|endpoint|authority)":)(?:"[^"]*"|[0-9.eE+-]+)""")]
    private static partial Regex Changing { get; }

    private static async Task<long?> FindAsync(HttpResponseMessage list, string trace)
    {
        var items = (await list.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray();
        return items.FirstOrDefault(item => item.GetProperty("traceId").GetString() == trace) is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty("id").GetInt64()
            : null;
    }

    private static async Task<string> RestAsync(Wire client) => (await client.ReadToEndAsync()).Text;

    /// <summary>Whether a request says that none comes after it.</summary>
    public static bool IsLast(string request) =>
        request.Contains(" HTTP/1.0\r\n", StringComparison.Ordinal)
            || request.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal);

    private static bool IsLast(HttpText reply, string request) =>
        reply.Status == 101 || string.Equals(reply["Connection"], "close", StringComparison.OrdinalIgnoreCase)
            || (request.Contains(" HTTP/1.0\r\n", StringComparison.Ordinal) && reply["Connection"] is not "keep-alive");
}
