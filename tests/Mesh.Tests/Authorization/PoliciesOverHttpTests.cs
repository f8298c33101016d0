using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using MessageBoard.Mesh.Authorization;
using static MessageBoard.Mesh.Tests.Authorization.PolicedService;

namespace MessageBoard.Mesh.Tests.Authorization;

/// <summary>Policies against real requests over real connections.</summary>
public sealed class PoliciesOverHttpTests
{
    [Theory]
    [InlineData("from: [{source: {ipBlocks: [127.0.0.0/8]}}]", 403)]
    [InlineData("from: [{source: {ipBlocks: [10.0.0.0/8]}}]", 200)]
    [InlineData("from: [{source: {remoteIpBlocks: [203.0.113.7]}}]", 403)]
    [InlineData("from: [{source: {remoteIpBlocks: [127.0.0.1, 198.51.100.1]}}]", 200)]
    [InlineData("when: [{key: destination.ip, values: [127.0.0.1]}]", 403)]
    [InlineData("when: [{key: connection.sni, values: ['*']}]", 200)]
    [InlineData("from: [{source: {requestPrincipals: ['*']}}]", 200)]
    [InlineData("from: [{source: {notRequestPrincipals: ['*']}}]", 403)]
    public async Task A_DENY_policy_sees_the_connection_and_who_is_before_it(string rule, int status)
    {
        await using var service = await StartAsync(Policy("AuthorizationPolicy", $"action: DENY, rules: [{{{rule}}}]"));

        Assert.Equal(status, await service.StatusAsync("/", ("X-Forwarded-For", "198.51.100.1, 203.0.113.7")));
    }

    [Fact]
    public async Task A_port_is_the_one_that_the_service_listens_at()
    {
        await using var service = await StartAsync(Policy("AuthorizationPolicy", "rules: []"));
        await Replace($"ports: ['{service.Client.BaseAddress!.Port}']");
        await Eventually.IsTrueAsync(async () => await service.StatusAsync() == 200, "its own port is allowed");
        await Replace("ports: ['80']");
        await Eventually.IsTrueAsync(async () => await service.StatusAsync() == 403, "another one is not");

        Task Replace(string operation)
        {
            service.Istio.Write("policies.yaml", Policy("AuthorizationPolicy", $"rules: [{{to: [{{operation: {{{operation}}}}}]}}]"));
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("DENY", "/a", "denied")]
    [InlineData("DENY", "/b", "allowed")]
    [InlineData("ALLOW", "/a", "allowed")]
    [InlineData("ALLOW", "/b", "denied")]
    public async Task A_dry_run_answers_and_is_counted_and_told_in_the_span(string action, string path, string result)
    {
        var name = $"dry-{Guid.NewGuid():N}";
        using var counted = new Counted();
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var service = await StartAsync(Policy(
            "AuthorizationPolicy", $"action: {action}, rules: [{{to: [{{operation: {{paths: [/a]}}}}]}}]",
            ", annotations: {istio.io/dry-run: 'true'}").Replace("name: policy", $"name: {name}", StringComparison.Ordinal));

        var trace = ActivityTraceId.CreateRandom();
        Assert.Equal(200, await service.StatusAsync(path, ("traceparent", $"00-{trace}-0123456789abcdef-01")));

        var kind = $"istio.authorization.dry_run.{action.ToLowerInvariant()}_policy";
        await Eventually.IsTrueAsync(() => spans.Any(span => span.TraceId == trace), "the span has ended");
        var span = spans.Single(span => span.TraceId == trace);
        Assert.Equal(result, span.GetTagItem($"{kind}.result"));
        Assert.Equal(path == "/a" ? $"messageboard/{name}" : null, span.GetTagItem($"{kind}.name"));
        Assert.Equal(path == "/a" ? [$"{action} {result} True"] : [], counted.Of($"messageboard/{name}"));
    }

    [Fact]
    public async Task An_AUDIT_policy_answers_and_is_counted()
    {
        var name = $"audit-{Guid.NewGuid():N}";
        using var counted = new Counted();
        await using var service = await StartAsync(Policy(
            "AuthorizationPolicy", "action: AUDIT, rules: [{to: [{operation: {paths: [/a]}}]}]")
            .Replace("name: policy", $"name: {name}", StringComparison.Ordinal));

        Assert.Equal((200, 200), (await service.StatusAsync("/a"), await service.StatusAsync("/b")));
        Assert.Equal(["AUDIT audited False"], counted.Of($"messageboard/{name}"));
    }

    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Policy, string What)> _all = [];

        public Counted()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == AuthorizationMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => $"{tag.Value}");
                _all.Enqueue((all["policy"], $"{all["action"]} {all["result"]} {all["dry_run"]}"));
            });
            _listener.Start();
        }

        public IEnumerable<string> Of(string policy) => _all.Where(one => one.Policy == policy).Select(one => one.What);

        public void Dispose() => _listener.Dispose();
    }
}
