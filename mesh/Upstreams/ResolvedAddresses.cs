using System.Net.Sockets;
using MessageBoard.Mesh.Names;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>The addresses that the names of one upstream's endpoints had at a moment.</summary>
internal sealed class ResolvedAddresses
{
    private static readonly ResolvedAddresses None = new([]);

    private readonly (ResolvedName Name, IPAddress[] Addresses)[] _names;

    private ResolvedAddresses((ResolvedName Name, IPAddress[] Addresses)[] names) => _names = names;

    /// <summary>Whether a name has other addresses by now.</summary>
    public bool AreOutdated
    {
        get
        {
            foreach (var (name, addresses) in _names)
            {
                if (name.Addresses != addresses)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Ends when the first answers have come; null when they have.</summary>
    public Task? First => Array.TrueForAll(_names, name => name.Name.First.IsCompleted)
        ? null
        : Task.WhenAll(_names.Select(name => name.Name.First));

    /// <summary>What is known of the names at this moment.</summary>
    public static ResolvedAddresses Of(Upstream upstream, NameCache? names)
    {
        if (names is null || upstream.Endpoints.All(endpoint => endpoint.Name is null))
            return None;

        return new([.. upstream.Endpoints.Select(endpoint => endpoint.Name).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(names.Find).OfType<ResolvedName>().Select(name => (name, name.Addresses))]);
    }

    /// <summary>The upstream with addresses in place of names; an endpoint whose name has none is left out.</summary>
    public Upstream Resolve(Upstream upstream) => upstream.Endpoints.All(endpoint => endpoint.Name is null)
        ? upstream
        : upstream.With([.. upstream.Groups.Select(group => group with { Endpoints = [.. group.Endpoints.SelectMany(Resolve)] })]);

    /// <summary>The name that new connections ask for the endpoint's address; null when it has one.</summary>
    public ResolvedName? NameOf(Endpoint endpoint) => endpoint.Name is null ? null : Find(endpoint.Name).Name;

    private IEnumerable<Endpoint> Resolve(Endpoint endpoint)
    {
        if (endpoint.Name is null)
            return [endpoint];

        var addresses = Find(endpoint.Name).Addresses ?? [];
        if (!endpoint.IsEachAddress)
            return addresses.Length > 0 ? [endpoint] : [];

        return addresses.Select(address => endpoint with
        {
            Authority = $"{(address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}")}:{endpoint.Port}",
            Name = null,
        });
    }

    private (ResolvedName Name, IPAddress[] Addresses) Find(string name) =>
        Array.Find(_names, candidate => candidate.Name.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
