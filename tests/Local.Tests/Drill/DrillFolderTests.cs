using MessageBoard.Local.Drill;
using MessageBoard.Local.State;
using MessageBoard.Local.Tests.Processes;

namespace MessageBoard.Local.Tests.Drill;

public sealed class DrillFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_gateway_reads_the_clusters_and_their_processes_and_orders_by_a_file()
    {
        _folder.Write("drill/ctx2.down", "left by the last run");
        using var process = new SupervisedProcess(
            Specs.Service("exec sleep 60", "ctx2") with { Pod = "pod-2" }, _folder["log"], TimeSpan.FromSeconds(5), new FreePorts());
        using (var drill = new DrillFolder(new RunFiles(), _folder["drill"], [process]))
        {
            using var stop = new CancellationTokenSource();
            Assert.Equal(Report("waiting"), Read());
            process.Start();
            await Eventually.IsTrueAsync(() => Read() == Report("ready"), "ready");

            var following = drill.FollowAsync(stop.Token);
            _folder.Write("drill/ctx2.down", """{"user":"admin","since":"2026-11-27T09:30:00Z"}"""); // as the gateway does
            await Eventually.IsTrueAsync(() => Read() == Report("down"), "down");
            File.Delete(_folder["drill/ctx2.down"]);
            await Eventually.IsTrueAsync(() => Read() == Report("ready"), "up again");
            _folder.Write("drill/ctx2.down", ""); // as people do
            await Eventually.IsTrueAsync(() => Read() == Report("down"), "down by hand");
            File.Delete(_folder["drill/ctx2.down"]);
            await Eventually.IsTrueAsync(() => Read() == Report("ready"), "up once more");
            File.Delete(_folder["drill/drill.json"]);
            await Eventually.IsTrueAsync(() => File.Exists(_folder["drill/drill.json"]), "written again");

            await stop.CancelAsync();
            await following;
            await process.StopAsync();
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["drill"]));
    }

    public void Dispose() => _folder.Dispose();

    private static string Report(string condition) =>
        $$$"""{"clusters":{"ctx2":[{"pod":"pod-2","app":"user-service","condition":"{{{condition}}}"}]}}""";

    private string Read() => File.ReadAllText(_folder["drill/drill.json"]);
}
