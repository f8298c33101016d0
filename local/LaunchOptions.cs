namespace MessageBoard.Local;

/// <summary>
/// What a person can choose: the gateway's port, how many processes each service gets in each cluster, the page's names besides
/// localhost (with commas, or none), and whether it is served by https.
/// </summary>
internal sealed record LaunchOptions(int Port, int Replicas, string Hosts, bool Https)
{
    /// <summary>From the words that follow the verb: port, replicas, <c>http</c> or <c>https</c>, hosts.</summary>
    public static LaunchOptions Of(IReadOnlyList<string> words) => new(
        int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words[3],
        words[2] == "https");

    /// <summary>The words for <see cref="Of"/>.</summary>
    public IEnumerable<string> Words() => [$"{Port}", $"{Replicas}", Https ? "https" : "http", Hosts];
}
