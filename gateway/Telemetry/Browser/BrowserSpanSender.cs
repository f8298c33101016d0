using System.Net.Http.Headers;
using System.Threading.Channels;
using MessageBoard.Gateway.Telemetry.Otlp;
using MessageBoard.Shared;

namespace MessageBoard.Gateway.Telemetry.Browser;

/// <summary>
/// Passes browsers' spans on to where the gateway's own go. They wait in a bounded queue; what finds no place in it, or is not taken within
/// its time, is lost and counted.
/// </summary>
internal sealed partial class BrowserSpanSender : BackgroundService
{
    private const int QueueLength = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    private readonly OtlpTarget _target;
    private readonly Dictionary<string, object?> _resource;
    private readonly ILogger<BrowserSpanSender> _logger;
    private readonly Channel<IReadOnlyList<TraceSpan>> _queue;
    private long _lost;

    /// <summary>Makes the queue.</summary>
    public BrowserSpanSender(OtlpTarget target, ILogger<BrowserSpanSender> logger)
    {
        (_target, _logger) = (target, logger);
        _resource = new()
        {
            ["service.name"] = BrowserSpans.Service,
            ["service.version"] = TelemetryExport.Version,
        };
        _queue = Channel.CreateBounded<IReadOnlyList<TraceSpan>>(new BoundedChannelOptions(QueueLength)
        {
            FullMode = BoundedChannelFullMode.DropWrite,
            SingleReader = true,
        }, Lose);
    }

    /// <summary>How many spans were lost since the start.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Puts spans into the queue.</summary>
    public void Offer(IReadOnlyList<TraceSpan> spans) => _queue.Writer.TryWrite(spans);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var http = UntracedHttp.Create();
        var isTaken = true;
        await foreach (var spans in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            var wasTaken = isTaken;
            isTaken = await SendAsync(http, spans, stoppingToken);
            if (!isTaken)
                Lose(spans);

            if (isTaken != wasTaken)
                LogChange(isTaken ? "are taken again" : "are not taken", Lost);
        }
    }

    private async Task<bool> SendAsync(HttpClient http, IReadOnlyList<TraceSpan> spans, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _target.Address)
        {
            Content = new ByteArrayContent(OtlpProtobuf.Write(_resource, spans)) { Headers = { ContentType = Protobuf } },
        };
        foreach (var (name, value) in _target.Headers)
            request.Headers.TryAddWithoutValidation(name, value);

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Lose(IReadOnlyList<TraceSpan> spans) => Interlocked.Add(ref _lost, spans.Count);

    // Not where they are sent to: what is in the address may be a key.
    [LoggerMessage(LogLevel.Warning, "Browsers' spans {Outcome} where traces go; lost since the start: {Lost}")]
    private partial void LogChange(string outcome, long lost);
}
