namespace MessageBoard.Mesh.Names;

/// <summary>A host name and its addresses, as they were last told.</summary>
/// <param name="name">The name.</param>
internal sealed class ResolvedName(string name)
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IPAddress[] _addresses = [];

    public string Name => name;

    /// <summary>The last good answer; empty before there was one. Another object when it has changed.</summary>
    public IPAddress[] Addresses => _addresses;

    /// <summary>Ends when the first answer has come, or is not to be waited for.</summary>
    public Task First => _first.Task;

    /// <summary>A good answer.</summary>
    public void Set(IPAddress[] addresses)
    {
        if (!_addresses.SequenceEqual(addresses))
            _addresses = addresses;

        _first.TrySetResult();
    }

    /// <summary>No answer: the one before stays.</summary>
    public void Fail() => _first.TrySetResult();
}
