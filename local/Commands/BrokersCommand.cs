using System.Text;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Commands;

/// <summary>Is the embedded Kafka until it is told to stop, and says in a file where it listens.</summary>
internal sealed class BrokersCommand(string addressFile)
{
    private const string Topic = "api-stats";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<int> ExecuteAsync(CancellationToken stop)
    {
        using var cluster = new KafkaCluster(Topic);
        var addresses = Encoding.ASCII.GetBytes(cluster.BootstrapServers);
        // Written again where somebody has deleted the state folder, or the disk was full.
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!File.Exists(addressFile) || !File.ReadAllBytes(addressFile).AsSpan().SequenceEqual(addresses))
                    AtomicFile.Write(addressFile, addresses);
            }
            catch (Exception notNow) when (notNow is IOException or UnauthorizedAccessException)
            {
                // A full disk, say, of which the launcher tells; in a second it is tried again.
            }

            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return ExitCodes.Success;
    }
}
