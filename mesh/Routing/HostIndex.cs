using System.Diagnostics.CodeAnalysis;

namespace MessageBoard.Mesh.Routing;

/// <summary>Values by host names, some of which begin with <c>*</c>.</summary>
internal sealed class HostIndex<T> where T : class
{
    private readonly Dictionary<string, T> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedSet<int> _wildcardLengths = [];

    /// <summary>Adds a value; false where the host has one.</summary>
    public bool TryAdd(string host, T value)
    {
        if (host.StartsWith('*'))
            _wildcardLengths.Add(host.Length);

        return _hosts.TryAdd(host, value);
    }

    /// <summary>The value of this very host.</summary>
    public bool TryGet(string host, [NotNullWhen(true)] out T? value) => _hosts.TryGetValue(host, out value);

    /// <summary>The value of the host itself, else of the longest wildcard that covers it; null for none.</summary>
    public T? MostSpecific(string host) =>
        _hosts.TryGetValue(host, out var value) ? value : WildcardsOf(host).Select(wildcard => _hosts[wildcard]).FirstOrDefault();

    /// <summary>The wildcards that cover a host, the longest first.</summary>
    public IEnumerable<string> WildcardsOf(string host) => _wildcardLengths.Reverse()
        .Where(length => length <= host.Length)
        .Select(length => $"*{host[^(length - 1)..]}")
        .Where(wildcard => !wildcard.Equals(host, StringComparison.OrdinalIgnoreCase) && _hosts.ContainsKey(wildcard));
}
