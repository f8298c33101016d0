using System.Net.Mime;
using System.Threading.RateLimiting;
using MessageBoard.Gateway.Telemetry.Otlp;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Shared.Http;

namespace MessageBoard.Gateway.Telemetry.Browser;

/// <summary>Takes the page's spans, which anybody on its origin can send.</summary>
internal sealed class BrowserEndpoint : IDisposable
{
    private const int PerAddressSecond = 100, InAllSecond = 300, SecondsAtOnce = 10;

    private readonly BrowserSpanSender _sender;
    private readonly RecentRequests _recent;
    private readonly TimeProvider _clock;
    private readonly PartitionedRateLimiter<string> _spans = PartitionedRateLimiter.CreateChained(
        Spans(address => address, PerAddressSecond), Spans(_ => "all", InAllSecond));

    /// <summary>Makes the limits.</summary>
    public BrowserEndpoint(BrowserSpanSender sender, RecentRequests recent, TimeProvider clock) =>
        (_sender, _recent, _clock) = (sender, recent, clock);

    /// <summary>Takes an export request in JSON.</summary>
    public async Task<IResult> TakeAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, ProblemTexts.BodyNotJson);

        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        }
        catch (JsonException)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, GatewayProblems.NoJson);
        }

        using (document)
        {
            var spans = BrowserSpans.Read(document.RootElement, _clock.GetUtcNow(), out var problem);
            using var lease = _spans.AttemptAcquire(ClientAddress.Of(context), Math.Max(1, spans?.Count ?? 0));
            if (!lease.IsAcquired)
            {
                context.Response.Headers.RetryAfter = $"{SecondsAtOnce}";
                return Problems.Of(StatusCodes.Status429TooManyRequests, GatewayProblems.TooManySpans);
            }

            if (spans is null)
                return Problems.Invalid(problem.Field, problem.Rule);

            if (spans.Where(IsKept()).ToList() is { Count: > 0 } kept)
                _sender.Offer(kept);
        }

        return TypedResults.Text("{}", MediaTypeNames.Application.Json);
    }

    /// <inheritdoc/>
    public void Dispose() => _spans.Dispose();

    // Where the gateway has not kept a request, its first span alone would be no trace.
    private Func<TraceSpan, bool> IsKept()
    {
        var known = new Dictionary<string, bool>();
        return span =>
        {
            if (!known.TryGetValue(span.TraceId, out var isKept))
            {
                var requests = _recent.OfTrace(span.TraceId).ToList();
                known[span.TraceId] = isKept = requests.Count == 0 || requests.Exists(request => request.IsTraced);
            }

            return isKept;
        };
    }

    private static PartitionedRateLimiter<string> Spans(Func<string, string> whose, int inSecond) =>
        PartitionedRateLimiter.Create<string, string>(address => RateLimitPartition.GetTokenBucketLimiter(whose(address), _ => new()
        {
            TokenLimit = inSecond * SecondsAtOnce,
            TokensPerPeriod = inSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
}
