using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>The endpoints that earlier tries of a request went to, and what the next one makes of it.</summary>
/// <param name="avoidsHosts">Whether it goes to others, if that is possible (Envoy's previous_hosts).</param>
/// <param name="leavesPriorities">
/// Whether it goes on to the next priorities, as Istio configures Envoy for <c>retryRemoteLocalities</c>: previous_priorities with an
/// update_frequency of 2, so after two tries, after four, and so on (source/extensions/retry/priority/previous_priorities).
/// </param>
internal sealed class TriedHosts(bool avoidsHosts, bool leavesPriorities)
{
    private const int UpdateFrequency = 2;

    private readonly List<UpstreamHost> _hosts = [];
    private readonly HashSet<int> _priorities = [], _left = [];
    private int _tries;

    public void Add(UpstreamHost host)
    {
        _hosts.Add(host);
        _priorities.Add(host.Priority);
        _tries++;
    }

    public bool Avoids(UpstreamHost host) => avoidsHosts && _hosts.Contains(host);

    /// <summary>The view for the next try.</summary>
    public HealthView Leave(HealthView view)
    {
        if (!leavesPriorities)
            return view;

        if (_tries > 0 && _tries % UpdateFrequency == 0)
            _left.UnionWith(_priorities);

        if (_left.Count == 0)
            return view;

        var rest = view.Without(_left);
        if (!rest.IsEmpty)
            return rest;

        // All have been tried: it begins anew.
        _left.Clear();
        _priorities.Clear();
        _tries = 0;
        return view;
    }
}
