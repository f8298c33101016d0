using System.Diagnostics;
using k8s;
using Microsoft.Extensions.Logging;

namespace MessageBoard.MeshKubernetes;

/// <summary>
/// Keeps a mirror of one kind of resource, as client-go's reflector does (https://pkg.go.dev/k8s.io/client-go/tools/cache#Reflector):
/// lists, watches from the list's version, goes on where a watch has ended, and lists anew when the version is too old (410) or
/// the API server was away, after a pause that grows and is never the same for two.
/// </summary>
/// <param name="mirror">The mirror.</param>
/// <param name="kind">The kind.</param>
/// <param name="logger">Hears of an API server that is away.</param>
/// <param name="watchTime">For how long a watch is asked for: one that has died without a word is missed soon after. To go on costs a
/// request. For a list half of it is waited, for the first one longer: where all programs of a cluster start at once, too little patience
/// makes more of the same work.</param>
internal sealed partial class Reflector(IMirror mirror, ResourceKind kind, ILogger logger, TimeSpan watchTime)
{
    /// <summary>Where people wait for the page to tell that an API server is away.</summary>
    public static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);

    /// <summary>Where only the log tells that; what it last said serves on.</summary>
    public static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan WatchGrace = TimeSpan.FromSeconds(3);

    // What ends sooner without a word is no watch.
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(10);

    private const int NoKind = 16;

    private bool _isListed;
    private int _failures;
    private string? _told;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var answersBefore = mirror.Answers;
                var patience = (_isListed ? watchTime : Unwatched) / 2;
                var version = mirror.Replace(kind.Plural, await mirror.Api.ListAsync(kind, patience, cancellationToken), answersBefore);
                _isListed = true;
                while (true)
                {
                    version = await WatchAsync(version, cancellationToken);
                    (_failures, _told) = (0, null);
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (ClusterProblem.IsExpired(exception))
            {
                if (_failures++ == 0)
                    continue; // nothing is wrong: too much has happened since
            }
            catch (Exception exception) when (kind.IsOptional && ClusterProblem.IsUnknownKind(exception))
            {
                mirror.SetNone(kind.Plural);
                _failures = NoKind; // it may be installed some day
            }
            catch (Exception exception)
            {
                // The token may be another now; who was slow was asked with the right one.
                if (exception is not TimeoutException)
                    mirror.Api.Reconnect();

                // A connection may break for no more than a restart; the next try comes soon.
                if (_failures++ > 0)
                    SetStale(exception);
            }

            await Task.Delay(Pause(_failures), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string> WatchAsync(string version, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(watchTime + WatchGrace);
        var (started, isSilent) = (Stopwatch.GetTimestamp(), true);
        try
        {
            await foreach (var (type, item) in mirror.Api.WatchAsync(kind, version, watchTime, limited.Token))
            {
                isSilent = false;
                version = item.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
                if (type is WatchEventType.Added or WatchEventType.Modified or WatchEventType.Deleted)
                    mirror.Apply(kind.Plural, type, item);
            }
        }
        catch (HttpRequestException exception) when (exception.InnerException is EndOfStreamException)
        {
            // KubernetesClient's way to say that a watch has ended without a line
            // (https://github.com/kubernetes-client/csharp/issues/1507).
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("the watch is silent");
        }

        return isSilent && Stopwatch.GetElapsedTime(started) < ShortestWatch ? throw new IOException("the watch ended at once") : version;
    }

    private void SetStale(Exception exception)
    {
        var reason = ClusterProblem.Describe(exception);
        mirror.SetStale(kind.Plural, reason);
        if (_told != reason)
            LogAway(exception, mirror.Api.Cluster, _told = reason, kind.Plural);
    }

    private static TimeSpan Pause(int failures)
    {
        var longest = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 16)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    [LoggerMessage(LogLevel.Warning, "{Cluster} {Reason} ({Plural}); what it last said stays")]
    private partial void LogAway(Exception exception, string cluster, string reason, string plural);
}
