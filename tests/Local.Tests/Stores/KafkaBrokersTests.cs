using Confluent.Kafka;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Tests.Stores;

/// <summary>The brokers in their own process, with a real client.</summary>
public sealed class KafkaBrokersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["kafka-brokers"];

    [Fact]
    public async Task Killed_brokers_come_back_and_say_where_they_listen_now()
    {
        using var process = new SupervisedProcess(
            KafkaBrokers.Spec(File), _folder["log"], TimeSpan.FromSeconds(5), new FreePorts());
        process.Start();
        await process.FirstReady.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(3, BrokersOf(System.IO.File.ReadAllText(File)));
        var before = System.IO.File.ReadAllText(File);

        process.State.Process!.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(() => process.State is { Restarts: 1, Condition: Condition.Ready }, "back");

        Assert.NotEqual(before, System.IO.File.ReadAllText(File));
        Assert.Equal(3, BrokersOf(System.IO.File.ReadAllText(File)));
        await process.StopAsync();
        Assert.Equal((false, 1), (process.State.Process!.IsAlive, process.State.Restarts));
    }

    [Fact]
    public async Task A_deleted_address_file_is_written_again()
    {
        using var process = new SupervisedProcess(
            KafkaBrokers.Spec(File), _folder["log"], TimeSpan.FromSeconds(5), new FreePorts());
        process.Start();
        await process.FirstReady.WaitAsync(TimeSpan.FromSeconds(60));

        System.IO.File.Delete(File);

        await Eventually.IsTrueAsync(() => System.IO.File.Exists(File), "written again");
        await process.StopAsync();
    }

    public void Dispose() => _folder.Dispose();

    private static int BrokersOf(string addresses)
    {
        using var client = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = addresses }).Build();
        return client.GetMetadata(TimeSpan.FromSeconds(20)).Brokers.Count;
    }
}
