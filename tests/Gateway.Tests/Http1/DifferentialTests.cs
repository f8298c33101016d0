using System.Collections.Concurrent;
using System.Globalization;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>
/// The gateway's own forwarder and YARP's do the same with whatever comes, from the client and from the service. <c>HTTP1_SEED</c> and
/// <c>HTTP1_COUNT</c> in the environment say which exchanges are drawn, and how many.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    // Each a client of either gateway, one exchange after the other.
    private const int Lanes = 8;

    private const string Path = "/api/logs", Sturdy = "sturdy";

    private const int MostShown = 5;

    // To ask takes longer than what is asked about.
    private const int ExplainsEach = 20 * Lanes;

    [Fact]
    public async Task Both_forwarders_do_the_same()
    {
        var seed = Setting("HTTP1_SEED") ?? Random.Shared.Next(1_000_000);
        var count = Setting("HTTP1_COUNT") ?? 10_000;
        output.WriteLine($"HTTP1_SEED={seed}, {count} exchanges");
        if (!NginxBackend.IsInstalled)
            output.WriteLine("nginx is not installed: left out");

        await using var kestrel = new KestrelBackend(2 * Lanes);
        await kestrel.StartAsync();
        using var nginx = NginxBackend.IsInstalled ? await NginxBackend.StartAsync(2 * Lanes) : null;
        List<RawBackend> raw = [.. Enumerable.Range(0, 2 * Lanes).Select(_ => new RawBackend())];
        await using var own = new Http1Gateway(isOwn: true);
        await using var yarp = new Http1Gateway(isOwn: false);
        await own.StartAsync(Ports(0));
        await yarp.StartAsync(Ports(Lanes));

        var (differences, allowed) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<string, int>());
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => RunAsync(lane))));
        raw.ForEach(backend => backend.Dispose());

        foreach (var (kind, times) in allowed.OrderBy(pair => pair.Key))
            output.WriteLine($"allowed: {kind}, {times} times: {AllowedDifferences.Reasons[kind]}");

        Assert.True(differences.IsEmpty, $"HTTP1_SEED={seed}\n{string.Join("\n\n", differences.Take(MostShown))}");

        IReadOnlyDictionary<string, IReadOnlyList<int>> Ports(int first) => new Dictionary<string, IReadOnlyList<int>>
        {
            ["user-service"] = [.. kestrel.Places.Skip(first).Take(Lanes).Select(place => place.Port)],
            ["message-service"] = [.. (nginx?.Ports ?? [.. raw.Select(backend => backend.Port)]).Skip(first).Take(Lanes)],
            ["log-service"] = [.. raw.Skip(first).Take(Lanes).Select(backend => backend.Port)],
        };

        async Task RunAsync(int lane)
        {
            using var ours = new Side(own, raw[lane], kestrel.Places[lane]);
            using var theirs = new Side(yarp, raw[Lanes + lane], kestrel.Places[Lanes + lane]);
            await Task.WhenAll(ours.LogInAsync(), theirs.LogInAsync());
            var before = ""; // a connection may tell of it
            for (var number = lane; number < count && differences.Count < MostShown; number += Lanes)
            {
                var exchange = Draw(seed, number, lane, nginx is not null);
                var outcomes = await Task.WhenAll(ours.RunAsync(exchange), theirs.RunAsync(exchange));
                var difference = Outcome.Difference(exchange, outcomes[0], outcomes[1], out var kind);
                if (kind is not null)
                    allowed.AddOrUpdate(kind, 1, (_, times) => times + 1);
                else if (difference is null && number % ExplainsEach == lane && IsProper(exchange)
                    && outcomes.All(outcome => outcome.Trace is not null))
                    difference = await ExplainAsync(ours, theirs, outcomes);

                if (kind is not null || outcomes.Any(outcome => outcome.HasFailed))
                {
                    ours.Close();
                    theirs.Close();
                }

                if (kind is null && difference is not null)
                    differences.Enqueue(Describe(exchange, difference, outcomes[0], outcomes[1]) + before);

                before = $"\nbefore it:\n{Describe(exchange, difference ?? "no difference", outcomes[0], outcomes[1])}";
            }
        }
    }

    // What is told of a request: the lists, the page and explanations have it from there.
    private static async Task<string?> ExplainAsync(Side ours, Side theirs, Outcome[] outcomes)
    {
        var told = await Task.WhenAll(ours.ExplainAsync(outcomes[0].Trace!), theirs.ExplainAsync(outcomes[1].Trace!));
        return told[0] is null || told[1] is null || told[0] == told[1]
            ? null
            : $"it is explained in another way:\n    own:  {told[0]}\n    YARP: {told[1]}";
    }

    // With what is asked again there are more tries on one side.
    private static bool IsProper(Exchange exchange) =>
        exchange.Answers.All(answer => !answer.IsOdd) && exchange.Kestrel is not { Aborts: true };

    private static string Describe(Exchange exchange, string difference, Outcome own, Outcome yarp) =>
        $"{exchange}\n{difference}\nsent:\n{string.Concat(exchange.Requests.Select(request => $"  {Outcome.Visible(request.Text)}\n"))}"
            + $"answered:\n{string.Concat(exchange.Answers.Select(answer => $"  {answer.Kind}, {answer.End}: {Segments(answer)}\n"))}"
            + $"own:\n{own}\nYARP's:\n{yarp}";

    private static string Segments(Answer answer) => Outcome.Visible(string.Join("|", answer.Segments));

    private static Exchange Draw(int seed, int number, int lane, bool hasNginx)
    {
        var random = new Random(unchecked(seed * 1_000_003 + number));
        var service = random.Next(100) switch { < 12 when hasNginx => "message-service", < 30 => "user-service", _ => "log-service" };
        var rule = random.Next(100) switch { < 55 => null, < 87 => "timed", _ => Sturdy };
        var prefix = service switch
        {
            "user-service" => "/api/users",
            "message-service" => $"/api/messages/{random.Pick(NginxBackend.Paths)}",
            _ => Path,
        };
        if (service != "log-service")
        {
            return new(number, service)
            {
                Requests = [Requests.Draw(random, prefix, lane, rule, number)],
                Kestrel = service == "user-service" ? KestrelAnswer.Draw(random, mayAbort: rule != Sturdy) : null,
                Segment = Segment(random),
            };
        }

        if (random.Is(0.4)) // these take their time
            return Unanswered(number, Requests.Draw(random, Path, lane, "hasty", number), Conduct.Reads, random.Is(50));

        if (random.Is(2))
        {
            var conduct = random.Pick(Conduct.LeavesUnsent, Conduct.LeavesWaiting, Conduct.LeavesReading);
            var rest = $"Host: localhost\r\nx-subset: s{lane}\r\nX-Number: {number}\r\n";
            return conduct == Conduct.LeavesReading
                ? Unanswered(number, ("GET", $"GET {Path}/reading HTTP/1.1\r\n{rest}\r\n"), conduct, begins: true)
                : Unanswered(
                    number, ("POST", $"POST {Path}/leaving HTTP/1.1\r\n{rest}Content-Length: 500\r\n\r\n{random.Letters(500)}"), conduct,
                    begins: false);
        }

        var isPair = random.Is(10);
        if (isPair && rule == Sturdy)
            rule = null; // with it tries of the first would take the answers of the second

        List<(string Method, string Text)> requests = [Requests.Draw(random, Path, lane, rule, number)];
        isPair &= !Side.IsLast(requests[0].Text);
        if (isPair)
            requests.Add(Requests.Draw(random, Path + RawBackend.Second, lane, rule, number));

        List<Answer> answers = isPair
            ? [.. requests.Select((request, i) => Answers.Good(random, request.Method, isFollowed: true) with { Request = i })]
            : Answers.Draw(random, requests[0].Method, mayReset: rule != Sturdy);

        // Who ends a kept connection without a word is asked again: which requests find one is not the same, as there are two clients.
        var isFresh = random.Is(10);
        return new(number, service)
        {
            Requests = requests,
            Answers = answers,
            IsFresh = isFresh || answers.Any(answer => answer.Kind == Answers.Nothing),
            Segment = Segment(random),
        };
    }

    private static Exchange Unanswered(int number, (string, string) request, Conduct conduct, bool begins) => new(number, "log-service")
    {
        Requests = [request],
        Conduct = conduct,
        Answers = [new("never", begins ? "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc" : "") { End = AnswerEnd.Hold, IsOdd = true }],
    };

    // A whole request by single bytes would take a system call for each.
    private static int Segment(Random random) => random.Is(80) ? 0 : random.Pick(100, 1000, 10_000, 50_000);

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
