namespace MessageBoard.Local;

/// <summary>
/// What a person can choose: the gateway's port, how many processes each service gets in each cluster, the page's names besides
/// localhost (with commas, or none), whether it is served by https, and whether traces, logs and metrics are sent anywhere.
/// </summary>
internal sealed record LaunchOptions(int Port, int Replicas, string Hosts, bool Https, bool Telemetry)
{
    /// <summary>
    /// From the words that follow the verb: port, replicas, <c>http</c> or <c>https</c>, hosts, <c>telemetry</c> or <c>no-telemetry</c>.
    /// </summary>
    public static LaunchOptions Of(IReadOnlyList<string> words) => new(
        int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words[3],
        words[2] == "https", words[4] == "telemetry");

    /// <summary>The words for <see cref="Of"/>.</summary>
    public IEnumerable<string> Words() =>
        [$"{Port}", $"{Replicas}", Https ? "https" : "http", Hosts, Telemetry ? "telemetry" : "no-telemetry"];
}
