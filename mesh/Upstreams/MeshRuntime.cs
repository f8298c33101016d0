using MessageBoard.Mesh.Names;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>
/// The configuration in force together with what is known of its upstreams. A new configuration takes over what was known.
/// </summary>
public sealed class MeshRuntime : IDisposable
{
    private readonly Func<MeshSnapshot> _inForce;
    private readonly TimeProvider _clock;
    private readonly NameCache _names;
    private readonly Lock _gate = new();
    private volatile Generation _current;

    /// <summary>Follows a configuration.</summary>
    /// <param name="inForce">The configuration that is in force.</param>
    /// <param name="clock">The clock of ejections.</param>
    /// <param name="lookup">Who knows the addresses of names; null for the system.</param>
    public MeshRuntime(Func<MeshSnapshot> inForce, TimeProvider clock, NameLookup? lookup = null)
    {
        (_inForce, _clock, _names) = (inForce, clock, new(lookup, clock));
        _current = new(MeshSnapshot.Empty, clock, null, _names);
    }

    /// <summary>What is in force now.</summary>
    internal Generation Current
    {
        get
        {
            var current = _current;
            return current.Snapshot == _inForce() ? current : Renew();
        }
    }

    /// <summary>Ends what runs by the clock.</summary>
    public void Dispose() => _names.Dispose();

    /// <summary>
    /// Takes what is in force over; for whoever changes it, at once, so that no request has to. (It has to where nobody did.)
    /// </summary>
    internal Generation Renew()
    {
        lock (_gate)
        {
            var snapshot = _inForce();
            return _current.Snapshot == snapshot ? _current : _current = new(snapshot, _clock, _current, _names);
        }
    }

    /// <summary>One configuration and the state of its upstreams, which is made when a request needs it.</summary>
    internal sealed class Generation
    {
        private readonly UpstreamState?[] _states;
        private readonly TimeProvider _clock;
        private readonly NameCache? _names;

        public Generation(MeshSnapshot snapshot, TimeProvider clock, Generation? before, NameCache? names = null)
        {
            (Snapshot, _clock, _names) = (snapshot, clock, names);
            _states = new UpstreamState?[snapshot.Routes.Upstreams.Count];
            names?.Follow(
                snapshot.Routes.Upstreams.SelectMany(upstream => upstream.Endpoints).Select(endpoint => endpoint.Name).OfType<string>());
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
                    _states[upstream.Index] = new(upstream, clock, state, names);
            }
        }

        public MeshSnapshot Snapshot { get; }

        public RouteTable Routes => Snapshot.Routes;

        public UpstreamState StateOf(Upstream upstream) =>
            _states[upstream.Index] is { } state ? state.IsOutdated ? Renew(upstream, state) : state : Renew(upstream, null);

        // What DNS has changed takes over what was known, as a changed configuration does.
        private UpstreamState Renew(Upstream upstream, UpstreamState? before)
        {
            var created = new UpstreamState(upstream, _clock, before, _names);
            if (Interlocked.CompareExchange(ref _states[upstream.Index], created, before) is { } state && state != before)
            {
                created.Dispose();
                return state;
            }

            before?.Dispose();
            return created;
        }
    }
}
