using System.Collections.Concurrent;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Names;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Tests.Egress;

/// <summary>A caller whose mesh is what an operator writes, and whose DNS is the test's.</summary>
internal sealed class EgressMesh : IDisposable
{
    private readonly HttpMessageInvoker _client;
    private readonly MeshRuntime _runtime;
    private readonly MeshProxy _proxy;
    private volatile MeshSnapshot _snapshot;

    public EgressMesh(NameLookup? lookup = null, TimeProvider? clock = null, MeshProxy? proxy = null)
    {
        _proxy = proxy ?? new();
        _snapshot = MeshSnapshot.Create([], [], _proxy);
        _runtime = new(() => _snapshot, clock ?? TimeProvider.System, lookup ?? LookUpAsync);
        _client = new(new MeshHandler(_runtime, TimeProvider.System, new(), "me, signed"));
    }

    /// <summary>What DNS knows.</summary>
    public ConcurrentDictionary<string, string[]> Names { get; } = [];

    /// <summary>What DNS was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public MeshSnapshot Snapshot => _snapshot;

    /// <summary>Puts resources in force, in which nothing may be wrong.</summary>
    public void Apply(params string[] documents)
    {
        ApplyAll(documents);
        Assert.Empty(_snapshot.Problems);
    }

    /// <summary>Puts resources in force.</summary>
    public void ApplyAll(params string[] documents)
    {
        var file = ResourceFile.Read("a.yaml", string.Join("\n---\n", documents));
        Assert.Empty(file.Problems);
        _snapshot = MeshSnapshot.Create(file.Resources, file.Problems, _proxy);
    }

    /// <summary>A ServiceEntry of a host, its spec in flow style.</summary>
    public static string Service(string host, string spec, string name = "outside") => $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: {{name}}}
        spec: {hosts: ["{{host}}"], {{spec.ReplaceLineEndings(" ")}} }
        """;

    /// <summary>A DestinationRule of a host with a traffic policy in flow style.</summary>
    public static string Rule(string host, string policy, string more = "") => $$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: outside}
        spec: {host: "{{host}}", trafficPolicy: { {{policy.ReplaceLineEndings(" ")}} }{{more}} }
        """;

    public async Task<Answer> GetAsync(string target, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);

        var exchange = new MeshExchange();
        request.Options.Set(MeshExchange.Key, exchange);
        using var response = await _client.SendAsync(request, CancellationToken.None);
        var body = await response.Content.ReadAsStringAsync();
        exchange.Complete();
        return new((int)response.StatusCode, body, exchange.Flags.Format() ?? "", exchange.Notes.Explain()!);
    }

    /// <summary>How often each body came in answers to this many requests, all of which have to succeed.</summary>
    public async Task<Dictionary<string, int>> CountAsync(string target, int requests)
    {
        var bodies = new List<string>();
        for (var i = 0; i < requests; i++)
        {
            var answer = await GetAsync(target);
            Assert.Equal((200, ""), (answer.Status, answer.Flags));
            bodies.Add(answer.Body.Split(' ')[0]);
        }

        return bodies.CountBy(body => body).ToDictionary();
    }

    public void Dispose()
    {
        _client.Dispose();
        _runtime.Dispose();
    }

    private Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        Asked.Enqueue(name);
        return Names.TryGetValue(name, out var addresses)
            ? Task.FromResult(addresses.Select(IPAddress.Parse).ToArray())
            : throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound);
    }

    internal sealed record Answer(int Status, string Body, string Flags, MeshExplanation Explanation);
}
