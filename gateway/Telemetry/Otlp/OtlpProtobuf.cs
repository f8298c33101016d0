using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MessageBoard.Gateway.Telemetry.Otlp;

/// <summary>
/// Writes spans as OTLP's export request in protobuf, which every receiver takes
/// (https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto; the numbers are the fields').
/// No library of ours writes spans that it did not make itself.
/// </summary>
internal static class OtlpProtobuf
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2;
    private const string Scope = "MessageBoard.Browser";
    private static readonly string[] Kinds = [.. OtlpJson.Kinds], Statuses = [.. OtlpJson.Statuses];

    /// <summary>The request.</summary>
    /// <param name="resource">What is known of who has made the spans.</param>
    /// <param name="spans">The spans.</param>
    public static byte[] Write(IReadOnlyDictionary<string, object?> resource, IEnumerable<TraceSpan> spans) =>
        new Message().Add(1, new Message()
            .Add(1, WithAttributes(new(), 1, resource))
            .Add(2, spans.Aggregate(new Message().Add(1, new Message().Add(1, Scope)), (scope, span) => scope.Add(2, Write(span)))))
            .ToArray();

    private static Message Write(TraceSpan span)
    {
        var message = new Message()
            .Add(1, Convert.FromHexString(span.TraceId))
            .Add(2, Convert.FromHexString(span.SpanId))
            .Add(4, Convert.FromHexString(span.ParentId ?? ""))
            .Add(5, span.Name)
            .Add(6, Array.LastIndexOf(Kinds, span.Kind))
            .AddFixed(7, Nanoseconds(span.StartTime))
            .AddFixed(8, Nanoseconds(span.EndTime));
        WithAttributes(message, 9, span.Attributes);
        foreach (var happened in span.Events)
        {
            message.Add(11, WithAttributes(
                new Message().AddFixed(1, Nanoseconds(happened.Time)).Add(2, happened.Name), 3, happened.Attributes));
        }

        return message.Add(15, new Message().Add(3, Array.IndexOf(Statuses, span.Status)));
    }

    private static Message WithAttributes(Message message, int field, IReadOnlyDictionary<string, object?> attributes)
    {
        foreach (var (key, value) in attributes)
        {
            message.Add(field, new Message().Add(1, key).Add(2, value switch
            {
                bool isTrue => new Message().Add(2, isTrue ? 1 : 0),
                long number => new Message().Add(3, number),
                double number => new Message().AddFixed(4, BitConverter.DoubleToInt64Bits(number)),
                _ => new Message().Add(1, value as string ?? ""),
            }));
        }

        return message;
    }

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>One message (https://protobuf.dev/programming-guides/encoding/).</summary>
    private sealed class Message
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();

        public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

        public Message Add(int field, Message message) => Add(field, message._buffer.WrittenSpan);

        public Message Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

        public Message Add(int field, ReadOnlySpan<byte> bytes)
        {
            WriteVarint((ulong)((field << 3) | Bytes));
            WriteVarint((ulong)bytes.Length);
            _buffer.Write(bytes);
            return this;
        }

        public Message Add(int field, long number)
        {
            WriteVarint((ulong)((field << 3) | Varint));
            WriteVarint((ulong)number);
            return this;
        }

        public Message AddFixed(int field, long number)
        {
            WriteVarint((ulong)((field << 3) | Fixed64));
            BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(sizeof(long)), number);
            _buffer.Advance(sizeof(long));
            return this;
        }

        private void WriteVarint(ulong number)
        {
            for (; number >= 0x80; number >>= 7)
                _buffer.Write([(byte)(number | 0x80)]);

            _buffer.Write([(byte)number]);
        }
    }
}
