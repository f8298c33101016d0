using System.Threading.Channels;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.Gateway.Rollouts;

/// <summary>Has the roll-outs judged: each second while one is running, and whenever the configuration changes.</summary>
internal sealed partial class RolloutRunner(Rollouts rollouts, IMeshStore mesh, TimeProvider clock, ILogger<RolloutRunner> logger)
    : BackgroundService
{
    private static readonly TimeSpan BetweenJudgements = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _changes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        mesh.Changed += _ => _changes.Writer.TryWrite(true);
        while (!stoppingToken.IsCancellationRequested)
        {
            var isAnyRunning = true;
            try
            {
                isAnyRunning = await rollouts.TickAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception); // tried again in a second
            }

            await WaitAsync(isAnyRunning ? BetweenJudgements : Timeout.InfiniteTimeSpan, stoppingToken);
        }
    }

    private async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await _changes.Reader.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(limit, clock, cancellationToken);
            _changes.Reader.TryRead(out _);
        }
        catch (TimeoutException)
        {
            // It is time.
        }
    }

    [LoggerMessage(LogLevel.Error, "The roll-outs cannot be judged")]
    private partial void LogFailed(Exception exception);
}
