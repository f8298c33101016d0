namespace MessageBoard.Gateway.History;

/// <summary>What the traffic was, and what happened meanwhile.</summary>
public static class HistoryEndpoints
{
    /// <summary>Registers the marks.</summary>
    public static IServiceCollection AddHistory(this IServiceCollection services) => services.AddSingleton<Marks>();
}
