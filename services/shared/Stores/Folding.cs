namespace MessageBoard.Shared.Stores;

/// <summary>Text as it is compared: the same in both databases, because it is done here.</summary>
public static class Folding
{
    /// <summary>The text without regard to case (Unicode's simple mapping). What is composed differently stays different.</summary>
    public static string Fold(string text) => text.ToLowerInvariant();
}
