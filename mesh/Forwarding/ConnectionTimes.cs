namespace MessageBoard.Mesh.Forwarding;

/// <summary>What holds for the connections to an upstream.</summary>
/// <param name="Connect">How long connecting may take.</param>
/// <param name="Idle">How long one may be idle.</param>
/// <param name="Life">How long one is used; zero for one request.</param>
internal readonly record struct ConnectionTimes(TimeSpan Connect, TimeSpan Idle, TimeSpan Life)
{
    // Istio's connectTimeout, and Envoy's idle_timeout.
    private static readonly ConnectionTimes Defaults = new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);

    /// <summary>As the settings have it. An idle time of zero is no limit.</summary>
    public static ConnectionTimes Of(ConnectionPool? settings) => settings is null ? Defaults : new(
        settings.ConnectTimeout ?? Defaults.Connect,
        settings.IdleTimeout is { } idle ? (idle > TimeSpan.Zero ? idle : Timeout.InfiniteTimeSpan) : Defaults.Idle,
        settings.IsForOneRequest ? TimeSpan.Zero : settings.MaxConnectionDuration ?? Defaults.Life);
}
