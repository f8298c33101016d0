namespace MessageBoard.MeshCheck;

/// <summary>The command line asks for something that cannot be done.</summary>
public sealed class UsageException : Exception
{
    /// <inheritdoc/>
    public UsageException(string message)
        : base(message)
    {
    }
}
