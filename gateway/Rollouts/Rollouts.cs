using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using MessageBoard.Gateway.History;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Gateway.Rollouts;

/// <summary>
/// The roll-outs of the fronted services. What there is to know of one stands in its resource's annotation, and every step is an edit that
/// is based on the version it was decided on: of several gateways one makes it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without its wait handle holds nothing to release.")]
public sealed partial class Rollouts
{
    private readonly IMeshStore _mesh;
    private readonly Marks _marks;
    private readonly TimeProvider _clock;
    private readonly ILogger<Rollouts> _logger;
    private readonly TrafficFeed.State _state;
    private readonly FrozenDictionary<string, Slot> _slots;
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Begins with none, until they are read.</summary>
    public Rollouts(
        IMeshStore mesh, FrontedServices services, TrafficRecorder recorder, TrafficFeed feed, Marks marks, TimeProvider clock,
        ILogger<Rollouts> logger)
    {
        (_mesh, _marks, _clock, _logger) = (mesh, marks, clock, logger);
        _slots = services.Names.ToFrozenDictionary(name => name, name => new Slot(name));
        _state = feed.AddState("rollouts", () => new RolloutList(All), RolloutEventJson.Default.RolloutList);
        recorder.Recorded += (in request) => _slots[request.Service].Counter?.Count(request);
    }

    /// <summary>The last one of each service that had one, in the order of their names.</summary>
    public IReadOnlyList<Rollout> All =>
        [.. _slots.Values.OrderBy(slot => slot.Service, StringComparer.Ordinal).Select(slot => slot.Rollout).OfType<Rollout>()];

    /// <summary>The last one of a service; null when there was none.</summary>
    public Rollout? Of(string service) => _slots[service].Rollout;

    /// <summary>Begins one: its first step is in force when this returns.</summary>
    /// <param name="service">The service.</param>
    /// <param name="body">What is asked for.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    internal async Task<Outcome> StartAsync(
        string service, RolloutEndpoints.RolloutBody body, string user, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var slot = _slots[service];
            await RefreshAsync(slot, cancellationToken);
            if (slot.Rollout is { State: RolloutState.Running } running)
                return new(running, null) { IsTaken = true };

            if (_mesh.Current.DefaultRouteOf(service) is not { } route)
                return new(null, new EditResult.NotFound());

            var errors = new FieldErrors();
            errors.Require(
                "service", route.Weights is { Count: 2 }, "has no weights of two clusters, so there is nothing to change in steps.");
            var plan = RolloutPlan.Read(body, route.Weights ?? new Dictionary<string, int>(), errors);
            if (plan is null || !errors.IsEmpty)
                return new(null, new EditResult.Invalid(errors.All));

            var record = new RolloutRecord(plan, 0, RolloutState.Running, _clock.GetUtcNow(), user, route.Weights!, null, "");
            var version = body.ResourceVersion ?? route.ResourceVersion;
            var result = await WriteAsync(slot, record, plan.WeightsAt(0, route.Weights!.Keys), version, user, cancellationToken);
            return new(slot.Rollout, result);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops one.</summary>
    /// <param name="service">The service.</param>
    /// <param name="putBack">Whether the weights are to be what they were before.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    internal async Task<Outcome> StopAsync(string service, bool putBack, string user, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var slot = _slots[service];
            await RefreshAsync(slot, cancellationToken);
            if (slot is not { Record: { State: RolloutState.Running } record, Weights: { } weights })
                return new(null, new EditResult.NotFound());

            var stopped = record with
            {
                State = RolloutState.Stopped,
                Since = _clock.GetUtcNow(),
                Reason = RolloutReason.Of(RolloutReason.Asked, ("user", user), ("putBack", putBack)),
            };
            var result = await WriteAsync(slot, stopped, putBack ? record.Before : weights, slot.Version, user, cancellationToken);
            return new(slot.Rollout, result);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Reads what has changed, and makes each step that is due.</summary>
    /// <returns>Whether any is running, so that there is something to judge in a second.</returns>
    internal async Task<bool> TickAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var isAnyRunning = false;
            foreach (var slot in _slots.Values)
            {
                await RefreshAsync(slot, cancellationToken);
                if (slot.Record is not { State: RolloutState.Running } record)
                    continue;

                await JudgeAsync(slot, record, cancellationToken);
                isAnyRunning = true;
            }

            if (isAnyRunning)
                _state.Change(); // the counts

            return isAnyRunning;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task JudgeAsync(Slot slot, RolloutRecord record, CancellationToken cancellationToken)
    {
        var (now, plan, counter) = (_clock.GetUtcNow(), record.Plan, slot.Counter!);
        var (target, other) = counter.Read();
        var verdict = RolloutJudge.Judge(
            plan, plan.Steps[record.Step], target, other, now - record.Since, now - counter.Started);
        if (verdict.Broken is { } reason)
            await TryWriteAsync(slot, record with { State = RolloutState.Broken, Since = now, Reason = reason }, record.Before);
        else if (verdict.HasHeld && record.Step == plan.Steps.Count - 1)
            await TryWriteAsync(slot, record with { State = RolloutState.Done, Since = now }, slot.Weights!);
        else if (verdict.HasHeld)
            await TryWriteAsync(
                slot, record with { Step = record.Step + 1, Since = now }, plan.WeightsAt(record.Step + 1, record.Before.Keys));

        async Task TryWriteAsync(Slot slot, RolloutRecord next, IReadOnlyDictionary<string, int> weights)
        {
            switch (await WriteAsync(slot, next, weights, slot.Version, record.User, cancellationToken))
            {
                case EditResult.Failed failed:
                    if (slot.Failure != failed.Reason)
                        LogFailed(slot.Service, failed.Reason); // it is tried again, each second

                    slot.Failure = failed.Reason;
                    break;
                case EditResult.Invalid or EditResult.Refused or EditResult.NotFound:
                    End(slot, record, RolloutReason.Refused);
                    break;
            }
        }
    }

    // The one way on which a roll-out changes anything.
    private async Task<EditResult> WriteAsync(
        Slot slot, RolloutRecord next, IReadOnlyDictionary<string, int> weights, string? version, string user,
        CancellationToken cancellationToken)
    {
        var result = await _mesh.EditRouteAsync(slot.Service, new RolloutEdit(weights, next.Write), version, user, cancellationToken);
        if (result is not EditResult.Done)
        {
            // After a conflict somebody was faster: another gateway that has made the same step, or an edit that ends it.
            await RefreshAsync(slot, cancellationToken);
            return result;
        }

        await RefreshAsync(slot, cancellationToken);
        Tell(slot, next, weights, version);
        return result;
    }

    // Reads a service's annotation anew if its resource is another than before.
    private async Task RefreshAsync(Slot slot, CancellationToken cancellationToken)
    {
        var route = _mesh.Current.DefaultRouteOf(slot.Service);
        if (route?.ResourceVersion == slot.Version && route?.Service == slot.Resource)
            return;

        var text = route is null ? null : await _mesh.ReadAsync(route.Service, cancellationToken);
        var (record, before) = (text is null ? null : RolloutRecord.Read(text), slot.Record);
        (slot.Resource, slot.Version, slot.Weights, slot.Failure) = (route?.Service, route?.ResourceVersion, route?.Weights, null);
        if (record is null || text is null)
            slot.Set(null, null);
        else if (record.State == RolloutState.Running && !record.IsOf(text))
            End(slot, record, RolloutReason.Edited, isNew: before is { State: RolloutState.Running });
        else if (record.State == RolloutState.Running)
            slot.Set(record, slot.Counter is { } counter && before?.Since == record.Since
                ? counter
                : new(record.Plan.ToCluster, _clock.GetUtcNow()));
        else
            slot.Set(record, null);

        _state.Change();
    }

    // Ended without an edit: the annotation goes on saying that it runs, of a spec that is there no more.
    private void End(Slot slot, RolloutRecord record, string code, bool isNew = true)
    {
        var ended = record with { State = RolloutState.Stopped, Since = _clock.GetUtcNow(), Reason = RolloutReason.Of(code) };
        slot.Set(ended, null);
        if (isNew)
            Tell(slot, ended, slot.Weights, null);

        _state.Change();
    }

    private void Tell(Slot slot, RolloutRecord record, IReadOnlyDictionary<string, int>? weights, string? before)
    {
        var (plan, state) = (record.Plan, JsonSerializer.SerializeToNode(record.State));
        var detail = new JsonObject { ["state"] = state, ["toCluster"] = plan.ToCluster, ["percent"] = plan.Steps[record.Step] };
        foreach (var (cluster, weight) in weights ?? new Dictionary<string, int>())
            detail[cluster] = weight;

        if (record.Reason is { } reason)
            detail["reason"] = reason.Code;

        _marks.Add(
            MarkKind.Rollout, detail, slot.Service, plan.ToCluster, record.User, slot.Resource, before,
            before is null ? null : slot.Version);
        LogTold(
            slot.Service, plan.ToCluster, state!.GetValue<string>(), record.Step + 1, plan.Steps.Count, plan.Steps[record.Step],
            record.Reason?.Code ?? "as planned");
    }

    [LoggerMessage(
        LogLevel.Information, "Roll-out of {Service} to {Cluster}: {State}, step {Step} of {Steps}, {Percent} %, {Reason}")]
    private partial void LogTold(string service, string cluster, string state, int step, int steps, int percent, string reason);

    [LoggerMessage(LogLevel.Warning, "The roll-out of {Service} cannot go on: {Reason} It is tried again.")]
    private partial void LogFailed(string service, string reason);

    /// <summary>What became of an order.</summary>
    /// <param name="Rollout">The roll-out as it is now; null when there is none.</param>
    /// <param name="Result">How its edit ended; null when there was none.</param>
    internal sealed record Outcome(Rollout? Rollout, EditResult? Result)
    {
        /// <summary>Whether one was running already.</summary>
        public bool IsTaken { get; init; }
    }

    /// <summary>What is known of a service's.</summary>
    private sealed class Slot(string service)
    {
        private volatile RolloutCounter? _counter;
        private volatile RolloutRecord? _record;

        public string Service => service;

        /// <summary>Null when none is running.</summary>
        public RolloutCounter? Counter => _counter;

        public RolloutRecord? Record => _record;

        public Rollout? Rollout => _record is { } record ? record.Of(service, _counter) : null;

        public ResourceKey? Resource { get; set; }

        public string? Version { get; set; }

        public IReadOnlyDictionary<string, int>? Weights { get; set; }

        /// <summary>Why the last edit has failed, so that it is told once.</summary>
        public string? Failure { get; set; }

        public void Set(RolloutRecord? record, RolloutCounter? counter) => (_record, _counter) = (record, counter);
    }
}
