using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Bench;

/// <summary>What many readers of the event stream cost a running gateway, at a steady rate of requests.</summary>
internal static class Readers
{
    private const int Count = 1_000, RequestsPerSecond = 500;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10), Settling = TimeSpan.FromSeconds(3);

    /// <summary>Prints a row of Markdown for each round.</summary>
    /// <param name="gateway">The gateway's address, on a loopback address.</param>
    /// <param name="process">The gateway's process id.</param>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="length">How long each measurement takes.</param>
    public static async Task RunAsync(string gateway, int process, int rounds, TimeSpan length)
    {
        var address = new Uri(gateway);
        using var stop = new CancellationTokenSource();
        var load = SendAsync(address, stop.Token);
        await Task.Delay(WarmUp);
        for (var round = 1; round <= rounds; round++)
        {
            var (without, _) = await MeasureAsync(process, load.Sent, length);
            var readers = new List<Reader>(Count);
            for (var i = 0; i < Count; i++)
                readers.Add(await Reader.OpenAsync(address, i));

            await Task.Delay(Settling);
            var (bytes, events) = (readers.Sum(reader => reader.Bytes), readers.Sum(reader => reader.Requests));
            var (with, sent) = await MeasureAsync(process, load.Sent, length);
            bytes = readers.Sum(reader => reader.Bytes) - bytes;
            events = readers.Sum(reader => reader.Requests) - events;
            foreach (var reader in readers)
                reader.Dispose();

            var seconds = length.TotalSeconds;
            Console.WriteLine(FormattableString.Invariant(
                $"| {round} | {sent / seconds:0} | {without / seconds:0} | {with / seconds:0} | {(with - without) / seconds:0} ")
                + FormattableString.Invariant($"| {bytes / seconds / Count / 1000:0} | {(double)events / Count / sent:0.00} |"));
            await Task.Delay(Settling);
        }

        await stop.CancelAsync();
        await load.Ended;
    }

    // Processor time in ms, and requests.
    private static async Task<(double Cpu, long Requests)> MeasureAsync(int process, Func<long> sent, TimeSpan length)
    {
        var (cpu, requests, begun) = (CpuOf(process), sent(), Stopwatch.GetTimestamp());
        await Task.Delay(length);
        var took = Stopwatch.GetElapsedTime(begun) / length;
        return ((CpuOf(process) - cpu) / took, (long)((sent() - requests) / took));
    }

    private static double CpuOf(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.TotalProcessorTime.TotalMilliseconds;
    }

    // By one connection, each at its time.
    private static (Func<long> Sent, Task Ended) SendAsync(Uri gateway, CancellationToken stop)
    {
        var sent = 0L;
        return (() => Volatile.Read(ref sent), Task.Run(RunAsync, CancellationToken.None));

        async Task RunAsync()
        {
            using var client = new HttpClient { BaseAddress = gateway };
            var begun = Stopwatch.GetTimestamp();
            while (!stop.IsCancellationRequested)
            {
                var due = Stopwatch.GetElapsedTime(begun).TotalSeconds * RequestsPerSecond;
                while (sent < due && !stop.IsCancellationRequested)
                {
                    using var response = await client.GetAsync("/api/users/ping", CancellationToken.None);
                    Volatile.Write(ref sent, sent + 1);
                }

                await Task.Delay(2, CancellationToken.None);
            }
        }
    }

    /// <summary>One reader, that counts what it gets.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

        private static ReadOnlySpan<byte> Name => "event: request\n"u8;

        public long Bytes { get; private set; }

        public long Requests { get; private set; }

        // From an address of its own, as an address has few places.
        public static async Task<Reader> OpenAsync(Uri gateway, int number)
        {
            var reader = new Reader();
            reader._socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(number / 250), (byte)((number % 250) + 1)]), 0));
            await reader._socket.ConnectAsync(gateway.Host, gateway.Port);
            await reader._socket.SendAsync(Encoding.ASCII.GetBytes(
                $"GET /api/traffic/events HTTP/1.1\r\nHost: {gateway.Authority}\r\n\r\n"));
            _ = reader.ReadAsync();
            return reader;
        }

        public void Dispose() => _socket.Dispose();

        private async Task ReadAsync()
        {
            var (buffer, kept) = (new byte[32 * 1024], 0);
            try
            {
                while (await _socket.ReceiveAsync(buffer.AsMemory(kept)) is > 0 and var read)
                {
                    Bytes += read;
                    Requests += buffer.AsSpan(0, kept + read).Count(Name);
                    var tail = Math.Min(Name.Length - 1, kept + read); // a name may come in two pieces
                    buffer.AsSpan(kept + read - tail, tail).CopyTo(buffer);
                    kept = tail;
                }
            }
            catch (SocketException)
            {
                // It was disposed of.
            }
        }
    }
}
