using System.Diagnostics;
using System.Threading.Channels;
using Confluent.Kafka;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Makes API calls of what the mesh answered itself (a fault, no healthy upstream, a redirect): a service tells of its own answers, of
/// these only the gateway knows. They wait in a bounded queue until their senders' sessions are looked up, and go to Redis and Kafka at
/// 1,000 a second at most: what a storm of failures brings beyond that is dropped, and counted.
/// </summary>
public sealed partial class MeshAnswers(
    SessionStore sessions, RedisEventSink redis, IServiceProvider services, DroppedEvents dropped, TimeProvider clock,
    ILogger<MeshAnswers> logger)
    : BackgroundService
{
    private const int QueueLength = 1_000, BatchSize = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), StopPatience = TimeSpan.FromSeconds(1);

    private readonly Channel<Answer> _queue = Channel.CreateBounded<Answer>(new BoundedChannelOptions(QueueLength) { SingleReader = true });

    /// <summary>Puts an answer into the queue. Never waits.</summary>
    /// <param name="request">What became of the request.</param>
    /// <param name="context">The request.</param>
    /// <param name="trace">Its span; the default if that is not kept.</param>
    public void Offer(in RequestRecord request, HttpContext context, ActivityContext trace)
    {
        if (context.Request.Path.StartsWithSegments("/openapi"))
            return; // a document, no call

        // Asked first, so that what is dropped costs nothing else.
        if (_queue.Reader.Count < QueueLength && _queue.Writer.TryWrite(new(
            request.ToRoutedRequest(), request.Method, request.Path, SessionAuthentication.TokenOf(context), trace)))
            return;

        dropped.Count(DroppedEvents.Redis);
        dropped.Count(DroppedEvents.Kafka);
    }

    /// <summary>Sends what is in the queue, then stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await Task.WhenAny(ExecuteTask ?? Task.CompletedTask, Task.Delay(StopPatience, CancellationToken.None));
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var answers = new List<Answer>(BatchSize);
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            while (answers.Count < BatchSize && _queue.Reader.TryRead(out var answer))
                answers.Add(answer);

            await SendAsync(answers);
            answers.Clear();
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    private async Task SendAsync(List<Answer> answers)
    {
        var kafka = Kafka();
        var users = await UsersOfAsync(answers);
        foreach (var answer in answers)
        {
            var call = answer.ToCall(answer.Token is null ? null : users[answer.Token]);
            redis.Offer(call, answer.Trace);
            if (kafka is null)
                dropped.Count(DroppedEvents.Kafka);
            else
                kafka.Offer(call, answer.Trace);
        }
    }

    // Made when there is something to send: a gateway whose mesh fails nobody needs no client of Kafka.
    private KafkaEventSink? Kafka()
    {
        try
        {
            return services.GetRequiredService<KafkaEventSink>();
        }
        catch (Exception exception) when (exception is IOException or KafkaException or InvalidOperationException)
        {
            LogNoKafka(exception.Message); // such as that the file that names the brokers is not there yet
            return null;
        }
    }

    // Each session once, all together. Without Redis nobody knows whose a call was: it is nobody's then.
    private async Task<Dictionary<string, string?>> UsersOfAsync(List<Answer> answers)
    {
        var users = answers.Select(answer => answer.Token).OfType<string>().Distinct().Select(async token =>
        {
            try
            {
                return (token, (await sessions.FindAsync(token))?.Username);
            }
            catch (Exception exception) when (exception is StoreUnavailableException or JsonException)
            {
                return (token, null);
            }
        });
        return (await Task.WhenAll(users)).ToDictionary();
    }

    [LoggerMessage(LogLevel.Warning, "Kafka's topic does not get what the mesh answered: {Reason}")]
    private partial void LogNoKafka(string reason);

    private sealed record Answer(RoutedRequest Request, string Method, string Path, string? Token, ActivityContext Trace)
    {
        public ApiCall ToCall(string? user) => new(
            $"{Guid.NewGuid():N}", Request.Time, user, ApiCall.Shorten(Method, ApiCall.MaxMethod), ApiCall.Shorten(Path, ApiCall.MaxPath),
            PathTemplate.RouteOf(Path) ?? ApiCall.NoRoute, Request.Status, Request.DurationMs, Request.Service, null, null, Request.TraceId,
            ApiCall.ByMesh, Request.Flags);
    }
}
