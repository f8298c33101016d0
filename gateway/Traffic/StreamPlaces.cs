using System.Runtime.InteropServices;
using MessageBoard.Shared.Http;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Who may read the event stream at once: a few for each address, so that nobody takes all places, and places of their own for users who
/// are logged in, so that a class behind one address may be as large as it likes. Safe for concurrent use.
/// </summary>
public sealed class StreamPlaces
{
    /// <summary>For all together.</summary>
    public const int InAll = 2048;

    /// <summary>Of them, for all who are not logged in.</summary>
    public const int ForStrangers = 1536;

    /// <summary>For who is not logged in, an address (of IPv6, a /64 network).</summary>
    public const int PerAddress = 32;

    /// <summary>For a logged-in user, whatever the addresses.</summary>
    public const int PerUser = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<(bool IsUser, string Name), int> _taken = [];
    private int _all, _strangers;

    /// <summary>Takes a place; dispose it to give it back.</summary>
    /// <param name="user">The user; null for nobody who is logged in.</param>
    /// <param name="address">Where the reader is.</param>
    /// <param name="refusal">What to tell a reader for whom there is none; else null.</param>
    /// <returns>The place; null when there is none.</returns>
    public IDisposable? TryTake(string? user, string address, out ProblemWords? refusal)
    {
        var reader = (user is not null, user ?? address);
        lock (_gate)
        {
            var own = _taken.GetValueOrDefault(reader);
            refusal = user is not null && own == PerUser
                ? GatewayProblems.UserPlaces.With(PerUser)
                : user is null && own == PerAddress
                    ? GatewayProblems.AddressPlaces.With(PerAddress)
                    : _all == InAll || (user is null && _strangers == ForStrangers)
                        ? GatewayProblems.AllPlaces.With()
                        : (ProblemWords?)null;
            if (refusal is not null)
                return null;

            Count(reader, 1);
            return new Place(this, reader);
        }
    }

    private void Count((bool IsUser, string Name) reader, int change)
    {
        _all += change;
        _strangers += reader.IsUser ? 0 : change;
        ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(_taken, reader, out _);
        own += change;
        if (own == 0)
            _taken.Remove(reader);
    }

    private sealed class Place(StreamPlaces places, (bool IsUser, string Name) reader) : IDisposable
    {
        private bool _isFree;

        public void Dispose()
        {
            lock (places._gate)
            {
                if (!_isFree)
                    places.Count(reader, -1);

                _isFree = true;
            }
        }
    }
}
