using MessageBoard.Local.Processes;

namespace MessageBoard.Local.Drill;

/// <summary>
/// Takes clusters down and up as trainees ask for it: the gateway puts a file <c>CLUSTER.down</c> into the folder and takes it out
/// again.
/// </summary>
internal sealed class ClusterDrill(string folder)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Begins, and ends, with all clusters up.</summary>
    public void Reset()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);

        Directory.CreateDirectory(folder);
    }

    /// <summary>Obeys until the run stops.</summary>
    public async Task FollowAsync(IReadOnlyList<SupervisedProcess> services, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var service in services)
            {
                if (File.Exists(Path.Combine(folder, $"{service.Spec.Cluster}.down")))
                    service.TakeDown();
                else
                    service.BringUp();
            }

            await Task.Delay(Poll, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
