using System.Collections.Concurrent;
using System.Diagnostics;

namespace MessageBoard.Bench;

/// <summary>How long a running gateway takes to obey a change in 10,000 VirtualServices, and what requests notice of it.</summary>
internal static class Reload
{
    private const int VirtualServices = 10_000, InOneFile = 2_000, Callers = 8;

    /// <summary>Prints a row of Markdown for each round.</summary>
    /// <param name="gateway">The gateway's address.</param>
    /// <param name="folder">Its mesh folder, with user-service's VirtualService in user-service.yaml.</param>
    public static async Task RunAsync(string gateway, string folder)
    {
        using var client = new HttpClient { BaseAddress = new(gateway) };
        await ChangeAsync(client, folder, ctx1: 60);

        using var stop = new CancellationTokenSource();
        var requests = new ConcurrentQueue<(long Begun, TimeSpan Took)>();
        var callers = Enumerable.Range(0, Callers).Select(_ => CallAsync(client, requests, stop.Token)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(5)); // compiled and warm
        for (var round = 1; round <= 5; round++)
        {
            requests.Clear();
            var took = await ChangeAsync(client, folder, ctx1: 60 + round);
            await Task.Delay(TimeSpan.FromSeconds(1));
            var times = requests.Select(request => request.Took.TotalMilliseconds).Order().ToList();
            Console.WriteLine(FormattableString.Invariant(
                $"| {round} | {took.TotalMilliseconds:0} | {times.Count} | {times[times.Count / 2]:0.00} | {times[^1]:0.0} |"));
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    // Every file changes; user-service's, the last one, tells by its weight when all are in force.
    private static async Task<TimeSpan> ChangeAsync(HttpClient client, string folder, int ctx1)
    {
        var files = Enumerable.Range(0, VirtualServices).Select(number => Service(number, ctx1)).Chunk(InOneFile)
            .Select((documents, index) =>
                (Path: Path.Combine(folder, $"many-{index}.yaml"), Text: string.Join("---\n", documents))).ToList();
        var own = Path.Combine(folder, "user-service.yaml");
        var lines = await File.ReadAllLinesAsync(own);
        var weights = lines.Index()
            .Where(line => line.Item.TrimStart().StartsWith("weight:", StringComparison.Ordinal))
            .Select(line => line.Index)
            .ToList();
        (lines[weights[0]], lines[weights[1]]) = ($"          weight: {ctx1}", $"          weight: {100 - ctx1}");

        var begun = Stopwatch.GetTimestamp();
        foreach (var (path, text) in files)
            await File.WriteAllTextAsync(path, text);

        await File.WriteAllLinesAsync(own, lines);
        while ((await client.GetFromJsonAsync<Dictionary<string, int>>("/traffic-weights"))!["UserServiceCtx1Weight"] != ctx1)
            await Task.Delay(5);

        return Stopwatch.GetElapsedTime(begun);
    }

    private static async Task CallAsync(HttpClient client, ConcurrentQueue<(long, TimeSpan)> requests, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync("/api/users/ping", CancellationToken.None);
            response.EnsureSuccessStatusCode();
            requests.Enqueue((begun, Stopwatch.GetElapsedTime(begun)));
            await Task.Delay(1, CancellationToken.None); // not to measure how the two cores are shared
        }
    }

    private static string Service(int number, int weight) => FormattableString.Invariant($$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: many-{{number}}, namespace: messageboard}
        spec:
          hosts: [many-{{number}}.example.com]
          http:
            - route:
                - destination: {host: user-service, subset: ctx1}
                  weight: {{weight}}
                - destination: {host: user-service, subset: ctx2}
                  weight: {{100 - weight}}

        """);
}
