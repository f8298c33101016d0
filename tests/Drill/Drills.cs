namespace MessageBoard.Drill;

/// <summary>One drill after the other, with a row of a table for each.</summary>
internal static class Drills
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(3), Window = TimeSpan.FromSeconds(10);

    /// <returns>The exit code: 1 when a promise was broken.</returns>
    public static async Task<int> RunAsync(LocalSystem system, int rate, IReadOnlyList<string> names, CancellationToken stopped)
    {
        var all = Drill.Of(system);
        var chosen = names.Count == 0 ? all : [.. all.Where(drill => names.Contains(drill.Name))];
        if (names.Except(all.Select(drill => drill.Name)).ToList() is { Count: > 0 } unknown)
        {
            var known = string.Join("\n  ", all.Select(drill => drill.Name));
            await Console.Error.WriteLineAsync($"There is no drill {string.Join(", ", unknown)} here; there are:\n  {known}");
            return 2;
        }

        using var traffic = new Traffic(system.Address, rate);
        await traffic.RegisterAsync(stopped);
        Console.WriteLine("| drill | first 10 s | after | last failure | posts lost | events missing | doubled | sessions | |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var broken = 0;
        foreach (var drill in chosen)
        {
            try
            {
                broken += await RunAsync(system, traffic, drill, stopped) ? 0 : 1;
            }
            catch (Exception exception) when (exception is InvalidOperationException or TimeoutException or HttpRequestException)
            {
                await traffic.StopAsync();
                Console.WriteLine($"| {drill.Name} | **broken**: {exception.Message.ReplaceLineEndings(" ").Trim()} |");
                broken++;
            }
        }

        return broken == 0 ? 0 : 1;
    }

    private static async Task<bool> RunAsync(LocalSystem system, Traffic traffic, Drill drill, CancellationToken stopped)
    {
        await system.SettleAsync(stopped);
        var since = DateTimeOffset.UtcNow;
        traffic.Start();
        await Task.Delay(Before, stopped);
        var begun = traffic.Elapsed;
        await Task.WhenAll(drill.ActAsync(system, stopped), Task.Delay(2 * Window, stopped));
        await traffic.StopAsync();
        await system.SettleAsync(stopped);

        var sent = traffic.Ended;
        var ledger = await Ledger.ReadAsync(system.Database(), sent, since, stopped);
        var sessions = await traffic.SessionsAsync(stopped);
        var first = Share(sent, begun, begun + Window);
        var after = Share(sent, begun + Window, TimeSpan.MaxValue);
        var failures = sent.Where(request => !request.IsAnswered && request.Begun >= begun - TimeSpan.FromSeconds(1)).ToList();
        var last = failures.Count == 0 ? "none" : $"{(failures.Max(request => request.Begun) - begun).TotalSeconds:0.0} s";
        var kept = (drill.Least is not { } least || (first >= least && after == 100 && sessions == Traffic.Users))
            && ledger is { PostsLost: 0, PostsDoubled: 0, EventsDoubled: 0 } && (ledger.EventsMissing == 0 || drill.LosesEvents);
        Console.WriteLine($"| {drill.Name} | {first:0.00} % | {after:0.00} % | {last} | {ledger.PostsLost} | {ledger.EventsMissing} | "
            + $"{ledger.PostsDoubled + ledger.EventsDoubled} | {sessions} of {Traffic.Users} | {(kept ? "" : "**broken**")} |");
        foreach (var kind in failures.CountBy(request => $"{request.Status} {request.Path}").OrderByDescending(kind => kind.Value).Take(5))
            await Console.Error.WriteLineAsync($"    {kind.Value} times {kind.Key}");

        if (sessions < Traffic.Users)
            await traffic.LogInAsync(stopped);

        return kept;
    }

    /// <summary>Percent answered of the requests of a time.</summary>
    internal static double Share(IReadOnlyList<Sent> sent, TimeSpan from, TimeSpan to)
    {
        var inTime = sent.Where(request => request.Begun >= from && request.Begun < to).ToList();
        return inTime.Count == 0 ? 100 : 100.0 * inTime.Count(request => request.IsAnswered) / inTime.Count;
    }
}
