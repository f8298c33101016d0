using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>
/// The configuration in force together with what is known of its upstreams. A new configuration takes over what was known.
/// </summary>
public sealed class MeshRuntime
{
    private readonly Func<MeshSnapshot> _inForce;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private volatile Generation _current;

    /// <summary>Follows a configuration.</summary>
    /// <param name="inForce">The configuration that is in force.</param>
    /// <param name="clock">The clock of ejections.</param>
    public MeshRuntime(Func<MeshSnapshot> inForce, TimeProvider clock) =>
        (_inForce, _clock, _current) = (inForce, clock, new(MeshSnapshot.Empty, clock, null));

    /// <summary>What is in force now.</summary>
    internal Generation Current
    {
        get
        {
            var current = _current;
            return current.Snapshot == _inForce() ? current : Renew();
        }
    }

    private Generation Renew()
    {
        lock (_gate)
        {
            var snapshot = _inForce();
            return _current.Snapshot == snapshot ? _current : _current = new(snapshot, _clock, _current);
        }
    }

    /// <summary>One configuration and the state of its upstreams, which is made when a request needs it.</summary>
    internal sealed class Generation
    {
        private readonly UpstreamState?[] _states;
        private readonly TimeProvider _clock;

        public Generation(MeshSnapshot snapshot, TimeProvider clock, Generation? before)
        {
            (Snapshot, _clock) = (snapshot, clock);
            _states = new UpstreamState?[snapshot.Routes.Upstreams.Count];
            if (before is null)
                return;

            var known = before._states.OfType<UpstreamState>()
                .ToDictionary(state => (state.Upstream.Host, state.Upstream.Subset, state.Upstream.Port));

            // First of all, so that nobody is taken out whom the successor does not watch.
            foreach (var state in known.Values)
                state.Dispose();

            foreach (var upstream in snapshot.Routes.Upstreams)
            {
                if (known.Remove((upstream.Host, upstream.Subset, upstream.Port), out var state))
                    _states[upstream.Index] = new(upstream, clock, state);
            }
        }

        public MeshSnapshot Snapshot { get; }

        public RouteTable Routes => Snapshot.Routes;

        public UpstreamState StateOf(Upstream upstream) => _states[upstream.Index] ?? Create(upstream);

        private UpstreamState Create(Upstream upstream)
        {
            var created = new UpstreamState(upstream, _clock, null);
            return Interlocked.CompareExchange(ref _states[upstream.Index], created, null) ?? created;
        }
    }
}
