using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using MessageBoard.Shared.Events;

namespace MessageBoard.Services.Tests.Consumer;

/// <summary>Anybody may write to the topic. Whatever it is, the calls behind it are kept.</summary>
public abstract class EvilRecordsTests(Board board) : BoardTests(board)
{
    private const string RefusedPath = "/the/database/refuses/this";

    // A call as JSON, and one field of it as it should not be.
    private static readonly (string Field, string Json)[] Fields =
    [
        .. ((string[])["id", "method", "path", "route", "status", "durationMs", "service", "cluster", "pod", "traceId", "time"])
            .SelectMany(field => ((string[])["null", "{}", "[1]", "true"]).Select(value => (field, value))),
        ("id", Text("")), ("id", Text(new('x', 32))), ("id", Text(new('가', 32))), ("id", Text(new('0', 33))),
        ("traceId", Text("0")), ("traceId", Text($"' OR 1=1 --{new string('0', 21)}")),
        ("user", Text(new('u', 65))), ("method", Text(new('M', 17))), ("path", Text(new('/', 513))), ("path", Text(new('/', 900_000))),
        ("route", Text(new('/', 129))), ("service", Text(new('s', 65))), ("cluster", Text(new('c', 65))), ("pod", Text(new('p', 254))),
        ("path", @"""\ud800"""), ("user", @"""\udfff"""), ("path", @"""\ud800\ud800"""),
        ("status", "99"), ("status", "600"), ("status", "-1"), ("status", "2147483648"), ("status", "200.5"), ("status", "1e400"),
        ("durationMs", "-1"), ("durationMs", "1e999"), ("durationMs", "-1e999"), ("durationMs", "1e300"), ("durationMs", @"""NaN"""),
        ("durationMs", "NaN"), ("durationMs", "Infinity"), ("durationMs", @"""Infinity"""), ("durationMs", "86400001"),
        ("time", @"""0001-01-01T00:00:00Z"""), ("time", @"""9999-12-31T23:59:59Z"""), ("time", @"""1969-12-31T23:59:59Z"""),
        ("time", @"""0001-01-01T00:00:00+14:00"""), ("time", @"""9999-12-31T23:59:59-14:00"""), ("time", "0"), ("time", @"""yesterday"""),
        ("time", Text(DateTimeOffset.UtcNow.AddHours(1).ToString("O"))), ("time", Text(DateTimeOffset.UtcNow.AddDays(-2).ToString("O"))),
        ("path", Text(RefusedPath)),
    ];

    private static readonly byte[]?[] Values =
    [
        null, [], [0], [0xff, 0xfe], [0xef, 0xbb, 0xbf], .. ((string[])
        [
            "null", "{}", "[]", "0", "\"\"", "true", "not json", "{\"id\":", "[[[[", new('[', 5_000), "{}{}", "/*", "\0",
            """{"id":"00000000000000000000000000000000"}""",
        ]).Select(Encoding.UTF8.GetBytes),
    ];

    // With a good call. What they are does not count.
    private static readonly Header[] Headers =
    [
        new("traceparent", null), new("tracestate", null), new("traceparent", []), new("traceparent", [0, 0xff, 0xfe]),
        new("traceparent", Encoding.ASCII.GetBytes("00-00000000000000000000000000000000-0000000000000000-00")),
        new("traceparent", new byte[100_000]), new("", null), new("", [1]), new("이름", [1]), new("baggage", null),
    ];

    [Fact]
    public async Task Whatever_is_on_the_topic_the_calls_around_it_are_kept_once_and_the_rest_is_counted()
    {
        // Headers are looked at only where spans are collected.
        Board.Start("log-service", new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9" });
        await Board.ReadyAsync("log-service");
        await RefuseAsync();
        var admin = await Board.LogInAsync("admin", Board.AdminPassword);
        var before = await UnreadableAsync(admin);
        var trace = $"{Guid.NewGuid():N}";
        var good = 0;
        await SendBrokenBatchAsync();
        using (var producer = new ProducerBuilder<byte[], byte[]>([new("bootstrap.servers", Board.Brokers)]).Build())
        {
            foreach (var value in Values)
            {
                Send(producer, value);
                Send(producer, Good());
            }

            foreach (var (field, json) in Fields)
            {
                Send(producer, With(field, json));
                Send(producer, Good());
            }

            foreach (var header in Headers)
                Send(producer, Good(), header);

            producer.Flush();
        }

        await Eventually.IsTrueAsync(async () => await KeptAsync() == good, "all calls are kept");
        var expected = 1 + Values.Length + Fields.Length;
        await Eventually.IsTrueAsync(async () => await UnreadableAsync(admin) - before >= expected, "the others are counted");
        Assert.Equal(expected, await UnreadableAsync(admin) - before);
        Assert.False(Board.Process("log-service").HasExited);
        Assert.Contains(Board.Process("log-service").Output, line => line.Contains("api-stats [[") && line.Contains("its id is not 32"));
        Assert.DoesNotContain(Board.Process("log-service").Output, line => line.Contains("OR 1=1"));

        byte[] Good()
        {
            good++;
            return With("path", Text("/evil/neighbour"));
        }

        byte[] With(string field, string json)
        {
            var call = new ApiCall($"{Guid.NewGuid():N}", DateTimeOffset.UtcNow, null, "GET", "/", "/", 200, 1, "s", "c", "p", trace);
            var fields = JsonSerializer.SerializeToNode(call, JsonSerializerOptions.Web)!.AsObject();
            fields[field] = "\u0001here";
            return Encoding.UTF8.GetBytes(fields.ToJsonString().Replace(@"""\u0001here""", json, StringComparison.Ordinal));
        }

        Task<long> KeptAsync() => Board.Stores.Database().QuerySingleOrDefaultAsync<long>(
            "SELECT COUNT(*) FROM kafka_logs WHERE trace_id = @trace AND path = '/evil/neighbour'", new { trace });
    }

    // Brokers of Kafka look into what they are sent, the embedded ones do not. https://kafka.apache.org/protocol.html#The_Messages_Produce
    private async Task SendBrokenBatchAsync()
    {
        using var admin = new AdminClientBuilder([new("bootstrap.servers", Board.Brokers)]).Build();
        var metadata = admin.GetMetadata(Shared.Events.Kafka.Topic, TimeSpan.FromSeconds(10));
        var leaderId = metadata.Topics[0].Partitions.Single(partition => partition.PartitionId == 0).Leader;
        var leader = metadata.Brokers.Single(broker => broker.BrokerId == leaderId);
        byte[] afterLength =
        [
            0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, // leader epoch, magic, CRC, attributes: gzip
            .. new byte[4 + 8 + 8], .. Enumerable.Repeat((byte)0xff, 8 + 2 + 4), 0, 0, 0, 1, .. "no gzip"u8,
        ];
        byte[] batch = [.. new byte[8], .. Int32(afterLength.Length), .. afterLength];
        byte[] topic = Encoding.ASCII.GetBytes(Shared.Events.Kafka.Topic);
        byte[] request =
        [
            0, 0, 0, 3, 0, 0, 0, 1, 0xff, 0xff, // Produce, version 3, correlation, no client
            0xff, 0xff, 0xff, 0xff, 0, 0, 0x10, 0, 0, 0, 0, 1, 0, (byte)topic.Length, .. topic, // no transaction, acks: all, 4 s, a topic
            0, 0, 0, 1, 0, 0, 0, 0, .. Int32(batch.Length), .. batch, // a partition: 0
        ];
        using var client = new TcpClient(leader.Host, leader.Port);
        await client.GetStream().WriteAsync((byte[])[.. Int32(request.Length), .. request]);
        var answer = new byte[4 + 4 + 4 + 2 + topic.Length + 4 + 4 + 2];
        await client.GetStream().ReadExactlyAsync(answer);
        Assert.Equal([0, 0], answer[^2..]); // no error

        static byte[] Int32(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
    }

    private static string Text(string text) => JsonSerializer.Serialize(text);

    // All to one partition, so that each has others behind it.
    private static void Send(IProducer<byte[], byte[]> producer, byte[]? value, Header? header = null) =>
        producer.Produce(
            new TopicPartition(Shared.Events.Kafka.Topic, 0), new() { Value = value!, Headers = header is null ? [] : [header] },
            report => Assert.False(report.Error.IsError, report.Error.Reason));

    private async Task<long> UnreadableAsync(string admin) =>
        (await Logs.JsonAsync("/api/logs/stats", admin)).GetProperty("dropped").GetProperty("unreadable").GetInt64();

    // A trigger stands for whatever a database may find wrong with values that we did not.
    private async Task RefuseAsync()
    {
        var database = Board.Stores.Database();
        await database.ExecuteAsync("DROP TRIGGER IF EXISTS refuse");
        await database.ExecuteAsync(database.IsSqlite
            ? $"""
                CREATE TRIGGER refuse BEFORE INSERT ON kafka_logs WHEN NEW.path = '{RefusedPath}'
                BEGIN SELECT RAISE(ABORT, 'no'); END
                """
            : $"""
                CREATE TRIGGER refuse BEFORE INSERT ON kafka_logs FOR EACH ROW
                IF NEW.path = '{RefusedPath}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF
                """);
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedEvilRecordsTests(EmbeddedBoard board) : EvilRecordsTests(board);

[Collection(Boards.Servers)]
public sealed class ServerEvilRecordsTests(ServerBoard board) : EvilRecordsTests(board);
