using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MessageBoard.Shared.Logging;

/// <summary>Writes a log record as one line of JSON that names its process and its trace.</summary>
internal sealed class JsonLogFormatter(ServiceIdentity identity, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "messageboard";

    // Korean text stays readable; nothing here ends up in HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow());
            json.WriteString("level", entry.LogLevel.ToString());
            json.WriteString("category", entry.Category);
            json.WriteString("message", VisibleText.Of(entry.Formatter(entry.State, entry.Exception)));
            if (entry.Exception is { } exception)
                json.WriteString("exception", VisibleText.Of(exception.ToString()));

            json.WriteString("service", identity.Name);
            json.WriteString("cluster", identity.Cluster);
            json.WriteString("pod", identity.Pod);
            if (Activity.Current is { } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToHexString());
                json.WriteString("span_id", activity.SpanId.ToHexString());
            }

            // ASP.NET Core opens a scope a request, with its id.
            scopes?.ForEachScope(static (scope, json) =>
            {
                if (scope is not IReadOnlyList<KeyValuePair<string, object>> values)
                    return;

                foreach (var (key, value) in values)
                {
                    if (key == "RequestId")
                        json.WriteString("request_id", value.ToString());
                }
            }, json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
