using System.Net.Sockets;

namespace MessageBoard.Mesh.Names;

/// <summary>
/// The addresses of the names that the configuration has, asked for in the background as long as it has them. No request waits for DNS,
/// but for the first answer of all. Safe for concurrent use.
/// </summary>
/// <param name="lookup">Who is asked; null for the system.</param>
/// <param name="clock">The clock of the waits between two questions.</param>
internal sealed class NameCache(NameLookup? lookup, TimeProvider clock) : IDisposable
{
    /// <summary>How long is waited for an answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // Envoy's dns_refresh_rate; after failures it becomes longer up to Istio's dnsRefreshRate.
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromSeconds(60);

    // The system's lookup holds a thread until it ends, however long nobody waits any more.
    private readonly SemaphoreSlim _places = new(8);

    private readonly NameLookup _lookup = lookup ?? System.Net.Dns.GetHostAddressesAsync;
    private readonly Dictionary<string, (ResolvedName Name, CancellationTokenSource Ended)> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();

    /// <summary>Follows these names from now on, and no others.</summary>
    public void Follow(IEnumerable<string> names)
    {
        lock (_gate)
        {
            var wanted = names.ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var gone in _names.Keys.Where(name => !wanted.Contains(name)).ToList())
            {
                _names.Remove(gone, out var ended);
                ended.Ended.Cancel();
            }

            foreach (var name in wanted.Where(name => !_names.ContainsKey(name)))
            {
                var (added, ended) = (new ResolvedName(name), new CancellationTokenSource());
                _names.Add(name, (added, ended));
                _ = Task.Run(() => FollowAsync(added, ended.Token), CancellationToken.None);
            }
        }
    }

    /// <summary>A name that is followed; null for any other.</summary>
    public ResolvedName? Find(string name)
    {
        lock (_gate)
            return _names.TryGetValue(name, out var found) ? found.Name : null;
    }

    public void Dispose() => Follow([]);

    private async Task FollowAsync(ResolvedName name, CancellationToken ended)
    {
        var failures = 0;
        while (!ended.IsCancellationRequested)
        {
            if (await AskAsync(name.Name, ended) is { Length: > 0 } addresses)
            {
                name.Set(addresses);
                failures = 0;
            }
            else
            {
                name.Fail();
                failures++;
            }

            var wait = TimeSpan.FromTicks(Math.Min(Refresh.Ticks << Math.Min(failures, 4), Longest.Ticks));
            await Task.Delay(wait, clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Null when there is no answer in time.
    private async Task<IPAddress[]?> AskAsync(string name, CancellationToken ended)
    {
        using var limit = new CancellationTokenSource(Timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ended);
        try
        {
            await _places.WaitAsync(both.Token);
            var asked = AskAndLeaveAsync(name, both.Token);
            return await asked.WaitAsync(both.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // The place is taken as long as the lookup takes.
    private async Task<IPAddress[]?> AskAndLeaveAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return Choose(await _lookup(name, cancellationToken));
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or OperationCanceledException)
        {
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    // Istio asks for the families that the workload itself has, which at home is IPv4; IPv6 where there is nothing else.
    private static IPAddress[] Choose(IPAddress[] all)
    {
        var four = all.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Distinct().ToArray();
        return four.Length > 0 ? four : [.. all.Distinct()];
    }
}
