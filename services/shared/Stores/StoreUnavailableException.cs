namespace MessageBoard.Shared.Stores;

/// <summary>A store did not answer, or not in time. The message names the store and may be shown to callers.</summary>
public sealed class StoreUnavailableException(string store, Exception inner) : Exception($"{store} is not available just now.", inner)
{
    /// <summary>The stores.</summary>
    internal const string Redis = "Redis", Database = "The database";

    /// <summary>The store is there, and will never take these values.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Which of them it is.</summary>
    internal string Store => store;
}
