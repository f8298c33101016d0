namespace MessageBoard.Local;

/// <summary>What a person can choose: the gateway's port and how many processes each service gets in each cluster.</summary>
internal sealed record LaunchOptions(int Port, int Replicas)
{
    public static LaunchOptions Of(string port, string replicas) =>
        new(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(replicas, CultureInfo.InvariantCulture));
}
