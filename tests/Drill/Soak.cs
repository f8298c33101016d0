namespace MessageBoard.Drill;

/// <summary>A long time under traffic, with a random process killed, ended or frozen each twenty seconds.</summary>
internal static class Soak
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20), Window = TimeSpan.FromSeconds(10), Frozen = TimeSpan.FromSeconds(5);

    /// <returns>The exit code: 1 when a promise was broken.</returns>
    public static async Task<int> RunAsync(LocalSystem system, int rate, TimeSpan length, CancellationToken stopped)
    {
        using var traffic = new Traffic(system.Address, rate);
        await traffic.RegisterAsync(stopped);
        var since = DateTimeOffset.UtcNow;
        traffic.Start();
        var faults = new List<TimeSpan>();
        var memory = new List<double>();
        while (traffic.Elapsed < length)
        {
            await Task.Delay(Pause, stopped);
            memory.Add(system.Pods.Sum(pod => Processes.Memory(pod.Pid)) + Processes.Memory(system.Launcher));
            var victims = system.Pods
                .Where(pod => pod.App.EndsWith("-service", StringComparison.Ordinal) && pod.Condition == "Ready").ToList();
            var victim = victims[Random.Shared.Next(victims.Count)];
            faults.Add(traffic.Elapsed);
            var how = Random.Shared.Next(3);
            Processes.Signal(victim.Pid, how switch { 0 => Processes.Kill, 1 => Processes.Terminate, _ => Processes.Stop });
            if (how == 2)
                _ = Task.Delay(Frozen, CancellationToken.None)
                    .ContinueWith(_ => Processes.Signal(victim.Pid, Processes.Continue), TaskScheduler.Default);
        }

        await Task.Delay(Pause, stopped);
        await traffic.StopAsync();
        await system.SettleAsync(stopped);

        var sent = traffic.Ended;
        var ledger = await Ledger.ReadAsync(system.Database(), sent, since, stopped);
        var sessions = await traffic.SessionsAsync(stopped);
        var windows = faults.Select(fault => Drills.Share(sent, fault, fault + Window)).ToList();
        var between = faults.Select(fault => Drills.Share(sent, fault + Window, fault + Pause)).ToList();
        var quarter = Math.Max(1, memory.Count / 4);
        var (early, late) = (memory.Take(quarter).Average(), memory.TakeLast(quarter).Average());
        Console.WriteLine($"""
            | {length.TotalMinutes:0} min at {rate} requests a second, {faults.Count} faults | |
            |---|---|
            | requests, answered | {sent.Count}, {Drills.Share(sent, TimeSpan.Zero, TimeSpan.MaxValue):0.000} % |
            | the 10 s after a fault: worst, mean | {windows.Min():0.00} %, {windows.Average():0.00} % |
            | later: worst, mean | {between.Min():0.00} %, {between.Average():0.00} % |
            | acknowledged posts lost, doubled | {ledger.PostsLost}, {ledger.PostsDoubled} |
            | events missing, doubled | {ledger.EventsMissing}, {ledger.EventsDoubled} |
            | sessions kept | {sessions} of {Traffic.Users} |
            | memory of all, Pss: first quarter, last quarter | {early:0}, {late:0} MiB |
            """);
        return windows.Min() >= 99 && between.Min() >= 100 && ledger is { PostsLost: 0, PostsDoubled: 0, EventsDoubled: 0 }
            && sessions == Traffic.Users ? 0 : 1;
    }
}
