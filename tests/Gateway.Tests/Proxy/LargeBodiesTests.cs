using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Gateway.Tests.Proxy;

/// <summary>Bodies that are too large to be kept go through as they come.</summary>
public sealed class LargeBodiesTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private const int Mebi = 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_hundred_megabytes_go_through_without_being_kept(bool withLength)
    {
        const int Pieces = 200;
        var most = 0L;
        using var content = new Pieced(Pieces, withLength, _ => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false)));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        using var response = await gateway.Client.PostAsync("/api/messages?count=1", content);

        Assert.Equal((200, $"{Pieces * Mebi}"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.InRange(most - before, long.MinValue, 150L * Mebi);
    }

    [Fact]
    public async Task What_a_service_does_not_read_its_caller_does_not_get_rid_of()
    {
        var sent = 0;
        using var content = new Pieced(200, withLength: true, piece => sent = piece);
        using var gone = new CancellationTokenSource(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            gateway.Client.PostAsync("/api/messages?stall=1", content, gone.Token));

        Assert.InRange(sent, 1, 100); // what fits into sockets and a piece in each hand
    }

    [Fact]
    public async Task The_service_says_what_is_too_large()
    {
        foreach (var length in (int[])[100_000, Mebi, 3 * Mebi])
        {
            using var response = await gateway.Client.PostAsync("/api/messages?limit=65536", new ByteArrayContent(new byte[length]));

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
    }

    [Fact]
    public async Task Who_breaks_off_has_done_so_and_no_endpoint()
    {
        for (var i = 0; i < 20; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(gateway.Client.BaseAddress!.Host, gateway.Client.BaseAddress.Port);
            await client.Client.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"POST /api/messages?count=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {3 * Mebi}\r\n\r\n")));
            await client.Client.SendAsync(new byte[Mebi]);
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            client.Client.Shutdown(SocketShutdown.Send);
            var answer = await Record.ExceptionAsync(async () => Assert.Contains("400", await reader.ReadLineAsync() ?? "400"));
            Assert.True(answer is null or IOException, $"{answer}");
        }

        using var response = await gateway.Client.GetAsync("/api/messages");
        Assert.True(response.IsSuccessStatusCode);
    }

    /// <summary>A body of pieces of 1 MiB that are made as they are sent.</summary>
    private sealed class Pieced(int pieces, bool withLength, Action<int> sending) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var piece = new byte[Mebi];
            for (var i = 1; i <= pieces; i++)
            {
                sending(i);
                await stream.WriteAsync(piece, cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = (long)pieces * Mebi;
            return withLength;
        }
    }
}
