using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;

namespace MessageBoard.Drill;

/// <summary>One request and what became of it.</summary>
/// <param name="Begun">When it was sent, since the traffic began.</param>
/// <param name="Took">How long its answer took.</param>
/// <param name="Path">What was asked for.</param>
/// <param name="Status">The answer's status; 0 for none.</param>
/// <param name="TraceId">Its trace, by which its event is found.</param>
/// <param name="Pod">Who answered; null when it was no service.</param>
/// <param name="Message">The text of a message that was posted; else null.</param>
internal sealed record Sent(TimeSpan Begun, TimeSpan Took, string Path, int Status, string TraceId, string? Pod, string? Message)
{
    public bool IsAnswered => Status is >= 200 and < 300;
}

/// <summary>
/// Requests at a steady rate, whatever becomes of those before: of ten, six pings, two posts, a list of messages and a look at the
/// own account, by logged-in users.
/// </summary>
internal sealed class Traffic : IDisposable
{
    public const int Users = 5;

    // Nobody waits longer for a page.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string[] Mix =
    [
        "/api/users/ping", "/api/messages/ping", "POST", "/api/logs/ping", "/api/messages?limit=5",
        "/api/users/ping", "/api/messages/ping", "POST", "/api/logs/ping", "/api/users/me",
    ];

    private readonly HttpClient _client;
    private readonly int _rate;
    private readonly string _run = Convert.ToHexString(RandomNumberGenerator.GetBytes(4));
    private readonly ConcurrentQueue<Sent> _sent = [];
    private CancellationTokenSource _stopping = new();
    private readonly Stopwatch _clock = new();
    private readonly Account[] _accounts;
    private readonly string[] _cookies = new string[Users];
    private Task _sending = Task.CompletedTask;
    private int _number;

    public Traffic(Uri address, int rate)
    {
        _rate = rate;
        _accounts = [.. Enumerable.Range(0, Users).Select(user =>
            new Account($"drill-{_run}-{user}", Convert.ToHexString(RandomNumberGenerator.GetBytes(12))))];
        _client = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address, Timeout = Patience };
    }

    /// <summary>How long it has gone on.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>The requests that have ended.</summary>
    public IReadOnlyList<Sent> Ended => [.. _sent];

    /// <summary>Registers the users who send the requests, and logs them in.</summary>
    public async Task RegisterAsync(CancellationToken stopped)
    {
        foreach (var account in _accounts)
            (await PostAsync("/api/register", account, stopped)).Dispose();

        await LogInAsync(stopped);
    }

    /// <summary>Logs the users in, again where their sessions were lost.</summary>
    public async Task LogInAsync(CancellationToken stopped)
    {
        for (var user = 0; user < Users; user++)
        {
            using var loggedIn = await PostAsync("/api/login", _accounts[user], stopped);
            _cookies[user] = loggedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        }
    }

    // The first of its kind takes longest, on a busy machine longer than the mesh waits. Then the user is there already.
    private async Task<HttpResponseMessage> PostAsync(string path, Account account, CancellationToken stopped)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await _client.PostAsJsonAsync(path, account, stopped);
            if (answer.IsSuccessStatusCode || (tries > 1 && answer.StatusCode == HttpStatusCode.Conflict))
                return answer;

            if (tries == 5)
                answer.EnsureSuccessStatusCode();

            answer.Dispose();
            await Task.Delay(1_000, stopped);
        }
    }

    /// <summary>How many of the users are logged in still.</summary>
    public async Task<int> SessionsAsync(CancellationToken stopped)
    {
        var kept = 0;
        foreach (var cookie in _cookies)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me") { Headers = { { "Cookie", cookie } } };
            using var answer = await _client.SendAsync(request, stopped);
            kept += answer.IsSuccessStatusCode ? 1 : 0;
        }

        return kept;
    }

    /// <summary>Forgets what was sent, and sends.</summary>
    public void Start()
    {
        _stopping = new();
        _sent.Clear();
        _clock.Restart();
        _sending = SendAsync(_stopping.Token);
    }

    /// <summary>Stops, and waits for the last answers.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _sending;
    }

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(CancellationToken stopped)
    {
        var underWay = new ConcurrentDictionary<int, Task>();
        var first = _number;
        while (!stopped.IsCancellationRequested)
        {
            for (var due = first + (int)(_clock.Elapsed.TotalSeconds * _rate); _number < due; _number++)
            {
                var number = _number;
                underWay[number] = SendOneAsync(number);
                _ = underWay[number].ContinueWith(_ => underWay.TryRemove(number, out Task? _), TaskScheduler.Default);
            }

            await Task.Delay(5, CancellationToken.None);
        }

        await Task.WhenAll(underWay.Values);
    }

    private async Task SendOneAsync(int number)
    {
        var path = Mix[number % Mix.Length];
        var message = path == "POST" ? $"drill {_run} {number}" : null;
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var (method, target) = message is null ? (HttpMethod.Get, path) : (HttpMethod.Post, "/api/messages");
        using var request = new HttpRequestMessage(method, target)
        {
            Content = message is null ? null : JsonContent.Create(new { message }),
            Headers =
            {
                { "Cookie", _cookies[number / Mix.Length % Users] },
                { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01" },
            },
        };
        var begun = _clock.Elapsed;
        int status;
        string? pod = null;
        try
        {
            using var answer = await _client.SendAsync(request);
            status = (int)answer.StatusCode;
            pod = answer.Headers.TryGetValues("X-Pod-Name", out var names) ? names.First() : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            status = 0;
        }

        _sent.Enqueue(new(begun, _clock.Elapsed - begun, path, status, trace, pod, message));
    }

    private sealed record Account(string Username, string Password);
}
