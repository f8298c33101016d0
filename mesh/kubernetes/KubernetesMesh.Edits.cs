using System.Text.Json.Nodes;
using k8s.Autorest;
using MessageBoard.Mesh.Editing;
using MessageBoard.Mesh.Snapshots;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;

namespace MessageBoard.MeshKubernetes;

public sealed partial class KubernetesMesh
{
    /// <inheritdoc/>
    public Task<EditResult> ReplaceAsync(
        ResourceKey key, string yaml, string? resourceVersion, EditOrigin origin, CancellationToken cancellationToken) =>
        EditAsync(key, SameInEveryCluster(_ => yaml), resourceVersion, origin, cancellationToken);

    /// <inheritdoc/>
    public Task<EditResult> UndoAsync(
        ResourceKey key, string? to, string? resourceVersion, string user, CancellationToken cancellationToken) =>
        EditAsync(
            key,
            SameInEveryCluster(home => (to is null ? _versions.TextBefore(key, home.Version) : _versions.Find(key, to)?.Yaml)
                is { } text ? text : new EditResult.NotFound()),
            resourceVersion, new(user, EditOrigin.Undo), cancellationToken);

    /// <inheritdoc/>
    public async Task<EditResult> EditRouteAsync(
        string service, RouteEdit edit, string? resourceVersion, string user, CancellationToken cancellationToken)
    {
        if (_current.DefaultRouteOf(service)?.Service is not { } key)
            return new EditResult.NotFound();

        var result = await EditAsync(
            key,
            (snapshot, live) => snapshot.DefaultRouteOf(service)?.Service == key
                ? ResourceEdits.Propose(service, edit, snapshot, live.Yaml, "\n")
                : new EditResult.NotFound(),
            resourceVersion, new(user, edit.What), cancellationToken);
        return result.ByField(edit);
    }

    // The first cluster's object gets the text, and each other one says the same afterwards.
    private static Func<MeshSnapshot, ClusterResource, Proposal> SameInEveryCluster(Func<ClusterResource, Proposal> propose)
    {
        (ClusterResource Resource, string Text)? home = null;
        return (_, live) =>
        {
            if (home is { } edited)
                return ObjectText.WriteSame(edited.Resource.Object, ObjectText.Read(edited.Text, edited.Resource.Object), live.Object);

            var proposal = propose(live);
            if (proposal.Text is { } text)
                home = (live, text);

            return proposal;
        };
    }

    // Everything is read and checked in every cluster before anything is written in one.
    private async Task<EditResult> EditAsync(
        ResourceKey key, Func<MeshSnapshot, ClusterResource, Proposal> propose, string? resourceVersion, EditOrigin origin,
        CancellationToken cancellationToken)
    {
        if (key.Namespace != Home.Api.Namespace || ClusterResource.Kinds.All(kind => kind.Kind != key.Kind))
            return new EditResult.NotFound();

        await _edits.WaitAsync(cancellationToken);
        try
        {
            var changes = new List<Change>();
            foreach (var cluster in _clusters)
            {
                var (change, ended) =
                    await PrepareAsync(cluster, key, propose, cluster == Home ? resourceVersion : null, cancellationToken);
                if (change is null)
                    return cluster == Home || ended is not EditResult.NotFound
                        ? ended!
                        : new EditResult.Failed($"{cluster.Api.Cluster} has no such {key.Kind}; nothing has changed.");

                changes.Add(change);
            }

            if (changes.TrueForAll(change => !change.IsNeeded))
                return new EditResult.Done(_current);

            if (changes[0].IsNeeded)
                Secure(key);

            for (var i = 0; i < changes.Count; i++)
            {
                if (await WriteAsync(changes[i]) is { } refused)
                    return await PutBackAsync(changes.GetRange(0, i), changes[i].Cluster, refused);
            }

            Publish();
            if (changes[0].IsNeeded)
                Keep(changes[0].Written!, origin);

            return new EditResult.Done(_current);
        }
        finally
        {
            _edits.Release();
        }
    }

    private async Task<(Change? Change, EditResult? Ended)> PrepareAsync(
        ClusterMirror cluster, ResourceKey key, Func<MeshSnapshot, ClusterResource, Proposal> propose, string? resourceVersion,
        CancellationToken cancellationToken)
    {
        ClusterResource? live;
        try
        {
            live = await cluster.GetAsync(key, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new EditResult.Failed($"{cluster.Api.Cluster} {ClusterProblem.Explain(exception)}; nothing has changed."));
        }

        if (live is null)
            return (null, new EditResult.NotFound());

        if (cluster == Home)
            See(live); // the watch may not have told of it yet

        if (resourceVersion is not null && resourceVersion != live.Version)
            return (null, Conflict());

        var before = cluster.Compile(live);
        var proposal = propose(before, live);
        if (proposal.Ended is { } ended)
            return (null, ended);

        if (ResourceEdits.CheckAlone(key, live.Place, proposal.Text!, out var text, isIstios: cluster.IsIstios) is { Length: > 0 } problems)
            return (null, new EditResult.Refused(problems));

        if (ResourceEdits.NewProblems(key, text, before, cluster.Compile(live.With(text))) is { Count: > 0 } worse)
            return (null, new EditResult.Refused(worse));

        try
        {
            return (new(cluster, live, ObjectText.Read(text, live.Object)), null);
        }
        catch (YamlException exception)
        {
            return (null, new EditResult.Refused([new(live.Place, (int)exception.Start.Line, key, null, exception.Message)]));
        }
    }

    private void Secure(ResourceKey key)
    {
        try
        {
            _versions.Secure(key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception, key); // an edit is worth more than the way back
        }
    }

    private void Keep(ClusterResource written, EditOrigin origin)
    {
        try
        {
            var edit = _versions.Add(written.Key, written.Yaml, written.Version, origin);
            Edited?.Invoke(edit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception, written.Key); // the edit is made, only who made it is lost
        }
    }

    // Null when it is done. From here on nobody's patience counts: half an edit would be worse.
    private async Task<EditResult?> WriteAsync(Change change)
    {
        if (!change.IsNeeded)
            return null;

        Exception failure;
        try
        {
            change.Written = await ReplaceAsync(change.Cluster, change.Live, change.Wanted);
            return null;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // Whether the answer or the request was lost, whether somebody was faster or the API server dislikes it: what is there now tells.
        ClusterResource? now;
        try
        {
            now = await change.Cluster.GetAsync(change.Live.Key, CancellationToken.None);
        }
        catch (Exception exception)
        {
            return new EditResult.Failed($"{ClusterProblem.Explain(exception)}, so it may or may not have the edit");
        }

        if (now is null)
            return new EditResult.NotFound();

        if (now.Version != change.Live.Version)
        {
            // After a refusal it was somebody else.
            if (failure is HttpOperationException answered && ClusterProblem.IsRefusal(answered))
                return Conflict();

            if (!now.Says(ObjectText.Adopt(change.Wanted, now.Object)))
                return Conflict();

            change.Written = now;
            return null;
        }

        return failure is HttpOperationException refusal && ClusterProblem.IsRefusal(refusal)
            ? new EditResult.Refused(
                [new(change.Live.Place, null, change.Live.Key, ClusterProblem.FieldOf(refusal), ClusterProblem.MessageOf(refusal))])
            : new EditResult.Failed(ClusterProblem.Explain(failure));
    }

    private async Task<EditResult> PutBackAsync(List<Change> done, ClusterMirror refusing, EditResult refused)
    {
        var name = refusing.Api.Cluster;
        if (done.Count == 0)
            return refused is EditResult.Failed { Reason: var whole } ? new EditResult.Failed($"{name} {whole}.") : refused;

        var why = refused switch
        {
            EditResult.Failed { Reason: var reason } => reason,
            EditResult.Refused { Problems: var problems } =>
                $"refuses the edit: {string.Join("; ", problems.Select(problem => problem.Message))}",
            EditResult.Conflict => "was edited by somebody else in the same moment",
            _ => "has lost the resource in the same moment",
        };
        var outcomes = new List<string>();
        foreach (var change in done.Where(change => change.Written is not null))
            outcomes.Add(await TryPutBackAsync(change));

        Publish();
        LogTakenBack(name, why, string.Join("; ", outcomes));
        return new EditResult.Failed($"{name} {why}. {string.Join(" ", outcomes)}");
    }

    private static async Task<string> TryPutBackAsync(Change change)
    {
        var name = change.Cluster.Api.Cluster;
        try
        {
            var written = change.Written!;
            await ReplaceAsync(change.Cluster, written, ObjectText.Adopt(JsonObject.Create(change.Live.Object)!, written.Object));
            return $"{name} was put back.";
        }
        catch (Exception exception)
        {
            return $"{name} could not be put back, it {ClusterProblem.Explain(exception)}: the clusters differ now.";
        }
    }

    private static async Task<ClusterResource> ReplaceAsync(ClusterMirror cluster, ClusterResource live, JsonObject wanted) =>
        cluster.Take(live.Plural, await cluster.Api.ReplaceAsync(live.Plural, live.Key.Name, wanted, CancellationToken.None));

    private EditResult.Conflict Conflict()
    {
        Publish(); // with what was just read
        return new(_current);
    }

    [LoggerMessage(LogLevel.Warning, "An edit was taken back: {Cluster} {Why}. {Outcome}")]
    private partial void LogTakenBack(string cluster, string why, string outcome);

    [LoggerMessage(LogLevel.Error, "A version of {Resource} cannot be kept")]
    private partial void LogNotKept(Exception exception, ResourceKey resource);

    /// <summary>An edit of a resource in one cluster.</summary>
    /// <param name="Cluster">The cluster.</param>
    /// <param name="Live">What is there.</param>
    /// <param name="Wanted">What should be there.</param>
    private sealed record Change(ClusterMirror Cluster, ClusterResource Live, JsonObject Wanted)
    {
        /// <summary>Whether there is something to write.</summary>
        public bool IsNeeded { get; } = !Live.Says(Wanted);

        /// <summary>What is there after the write; null before it, and where there was nothing to write.</summary>
        public ClusterResource? Written { get; set; }
    }
}
