using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Local.Stores;

/// <summary>The first words of each server's protocol: enough to know that the right kind of server answers, without its client library.</summary>
internal static class ServerHello
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>MariaDB speaks first: a packet with protocol version 10, or an error (https://mariadb.com/kb/en/connection/).</summary>
    public static Task<string?> MariaDbAsync(string host, int port, CancellationToken cancellationToken = default) => TalkAsync(
        host, port, "MariaDB",
        async (stream, patience) =>
        {
            var packet = await ReadAsync(stream, 5, patience);
            return packet[4] switch
            {
                10 => null,
                0xff => "the server refuses connections from here",
                _ => NotA("MariaDB"),
            };
        },
        cancellationToken);

    /// <summary>AUTH when there is a password, then PING (RESP, https://redis.io/docs/latest/develop/reference/protocol-spec/).</summary>
    public static Task<string?> RedisAsync(
        string host, int port, string? user = null, string? password = null, CancellationToken cancellationToken = default) => TalkAsync(
        host, port, "Redis",
        async (stream, patience) =>
        {
            if (password is not null)
            {
                var login = await AskRedisAsync(stream, user is null ? ["AUTH", password] : ["AUTH", user, password], patience);
                if (login != "+OK")
                    return "the server refuses the user or the password";
            }

            var answer = await AskRedisAsync(stream, ["PING"], patience);
            return answer switch
            {
                "+PONG" => null,
                _ when answer.StartsWith("-NOAUTH", StringComparison.Ordinal) => "the server wants a password",
                _ when answer.StartsWith('-') => $"the server answers {answer[1..]}",
                _ => NotA("Redis"),
            };
        },
        cancellationToken);

    /// <summary>An ApiVersions request, version 0 (https://kafka.apache.org/protocol#The_Messages_ApiVersions).</summary>
    public static Task<string?> KafkaAsync(string host, int port, CancellationToken cancellationToken = default) => TalkAsync(
        host, port, "Kafka",
        async (stream, patience) =>
        {
            // Size, api key 18, version 0, correlation id, no client id.
            await stream.WriteAsync(new byte[] { 0, 0, 0, 10, 0, 18, 0, 0, 0x4d, 0x42, 0, 1, 0xff, 0xff }, patience);
            var answer = await ReadAsync(stream, 10, patience);
            return BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(4)) == 0x4d420001 ? null : NotA("Kafka");
        },
        cancellationToken);

    /// <summary>Null when the server is there, else what is wrong.</summary>
    private static async Task<string?> TalkAsync(
        string host, int port, string kind, Func<NetworkStream, CancellationToken, Task<string?>> talk, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, patience.Token);
            return await talk(client.GetStream(), patience.Token);
        }
        catch (SocketException refusal)
        {
            return $"it does not connect ({refusal.Message})";
        }
        catch (OperationCanceledException)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
        catch (IOException)
        {
            return NotA(kind);
        }
    }

    private static async Task<string> AskRedisAsync(NetworkStream stream, string[] words, CancellationToken cancellationToken)
    {
        var command = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
            command.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");

        await stream.WriteAsync(Encoding.UTF8.GetBytes(command.ToString()), cancellationToken);
        var line = new StringBuilder();
        while (line is not [.., '\n'] && line.Length < 512)
            line.Append((char)(await ReadAsync(stream, 1, cancellationToken))[0]);

        return line.ToString().TrimEnd();
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count, CancellationToken cancellationToken)
    {
        var buffer = new byte[count];
        await stream.ReadExactlyAsync(buffer, cancellationToken);
        return buffer;
    }

    private static string NotA(string kind) => $"what answers there is not {kind}";
}
