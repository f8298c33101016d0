using System.Net;
using System.Net.Sockets;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Tests.Stores;

public sealed class ExternalStoresTests
{
    private static readonly ExternalStores None = new(null, null, null);

    [Fact]
    public async Task Without_variables_there_is_nothing_to_check() => await None.CheckAsync(default);

    [Fact]
    public async Task A_Redis_is_known_by_its_answer()
    {
        var port = new FreePorts().Take();
        using var garnet = await Garnet.StartAsync(port);
        await (None with { Redis = $"127.0.0.1:{port},abortConnect=false" }).CheckAsync(default);
        await (None with { Redis = $"127.0.0.1:1,127.0.0.1:{port}" }).CheckAsync(default);
    }

    [Fact]
    public async Task A_Redis_with_a_password_wants_the_right_one()
    {
        var port = new FreePorts().Take();
        using var garnet = await Garnet.StartAsync(port, "--auth", "Password", "--password", "right");
        await (None with { Redis = $"127.0.0.1:{port},password=right" }).CheckAsync(default);

        Assert.Equal(
            $"ConnectionStrings__Redis: 127.0.0.1:{port}: the server wants a password.",
            await RefusalOf(None with { Redis = $"127.0.0.1:{port}" }));
        Assert.Equal(
            $"ConnectionStrings__Redis: 127.0.0.1:{port}: the server refuses the user or the password.",
            await RefusalOf(None with { Redis = $"127.0.0.1:{port},password=wrong" }));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_one_chance()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await RefusalOf(None with { Redis = $"{silent.LocalEndpoint}" });

        for (var connections = 0; silent.Pending(); connections++)
        {
            Assert.True(connections < 2, "one for commands, one for subscriptions");
            silent.AcceptSocket().Dispose();
        }
    }

    [Fact]
    public async Task A_MariaDB_that_says_nothing_is_told_from_one_that_does_not_connect()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        Assert.Equal(
            $"ConnectionStrings__MariaDb: 127.0.0.1:{port}: no answer within 5 s.",
            await RefusalOf(None with { MariaDb = $"Server=127.0.0.1;Port={port}" }));
    }

    [Fact]
    public async Task Whoever_has_enough_waits_for_no_answer()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var stop = new CancellationTokenSource();
        var check = (None with { Redis = $"{silent.LocalEndpoint}" }).CheckAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
    }

    [Fact]
    public async Task A_Kafka_is_known_by_its_answer()
    {
        using var cluster = new KafkaCluster("api-stats");
        await (None with { Kafka = cluster.BootstrapServers }).CheckAsync(default);
        Assert.EndsWith(
            "it does not connect, or is not Redis.",
            await RefusalOf(None with { Redis = cluster.BootstrapServers.Split(',')[0] }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_by_variable_and_address_without_the_password()
    {
        var port = new FreePorts().Take();
        var refusal = await RefusalOf(new ExternalStores(
            $"Server=127.0.0.1;Port={port};User ID=app;Password=hush", $"127.0.0.1:{port},password=hush", $"127.0.0.1:{port}"));

        Assert.Contains($"ConnectionStrings__MariaDb: 127.0.0.1:{port}: it does not connect", refusal, StringComparison.Ordinal);
        Assert.Contains($"ConnectionStrings__Redis: 127.0.0.1:{port}: it does not connect", refusal, StringComparison.Ordinal);
        Assert.Contains($"Kafka__BootstrapServers: 127.0.0.1:{port}: it does not connect", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "127.0.0.1:1", "ConnectionStrings__MariaDb is not a connection string")]
    [InlineData("Server=127.0.0.1;Port=many", null, "ConnectionStrings__MariaDb is not a connection string")]
    [InlineData(null, "127.0.0.1:many", "ConnectionStrings__Redis names no address")]
    [InlineData(null, "password=hush", "ConnectionStrings__Redis names no address")]
    public async Task What_cannot_be_read_is_said(string? mariaDb, string? redis, string expected) =>
        Assert.Contains(expected, await RefusalOf(new ExternalStores(mariaDb, redis, null)), StringComparison.Ordinal);

    private static async Task<string> RefusalOf(ExternalStores stores)
    {
        var refusal = await Assert.ThrowsAsync<LaunchException>(() => stores.CheckAsync(default));
        Assert.Equal(ExitCodes.BadInput, refusal.ExitCode);
        return refusal.Message;
    }
}
