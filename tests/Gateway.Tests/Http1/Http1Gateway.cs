namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>
/// The gateway with one of its two forwarders. Of each service there are as many subsets as ports, <c>s0</c>, <c>s1</c> …, and the
/// header <c>x-subset</c> names one; <c>x-route</c> names the rule: <c>timed</c>, <c>hasty</c>, <c>sturdy</c>, or none.
/// </summary>
/// <param name="isOwn">Whether plain requests go through the gateway's own forwarder, and not all through YARP's.</param>
public sealed class Http1Gateway(bool isOwn) : RunningGateway, IAsyncDisposable
{
    /// <summary>The timeout of the rule <c>hasty</c>, in ms.</summary>
    public const int Hasty = 300;

    private static readonly (string Rule, string Fields)[] Rules =
    [
        ("timed", "timeout: 60s"),
        ("hasty", $"timeout: {Hasty}ms, retries: {{ attempts: 0 }}"),
        ("sturdy", "retries: { attempts: 2, retryOn: \"5xx,reset,connect-failure\", backoff: 1ms }"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messageboard-http1-");

    public int Port => Client.BaseAddress!.Port;

    /// <summary>Whether plain requests go through the gateway's own forwarder.</summary>
    public bool IsOwn => isOwn;

    /// <summary>Starts it before the ports of each service.</summary>
    /// <param name="ports">A service's ports.</param>
    public Task StartAsync(IReadOnlyDictionary<string, IReadOnlyList<int>> ports)
    {
        foreach (var (service, its) in ports)
            File.WriteAllText(Path.Combine(_folder.FullName, $"{service}.yaml"), Yaml(service, its));

        return StartAsync(new Dictionary<string, string>
        {
            ["Mesh:Folder"] = _folder.FullName,
            ["Mesh:Http1Forwarder"] = isOwn ? "true" : "false",
            ["environment"] = "Production",
            ["Logging:LogLevel:Default"] = "None", // of thousands of failures that are meant
            ["Logging:LogLevel:Yarp"] = "None",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    private static string Yaml(string service, IReadOnlyList<int> ports)
    {
        var subsets = Enumerable.Range(0, ports.Count);
        return MeshYaml.Service(service)
            + string.Concat(subsets.Select(subset => MeshYaml.Workload(service, $"s{subset}", ports[subset])))
            + $$"""
              apiVersion: networking.istio.io/v1
              kind: DestinationRule
              metadata: { name: {{service}}, namespace: messageboard }
              spec:
                host: {{service}}
                subsets: [{{string.Join(", ", subsets.Select(subset => $"{{ name: s{subset}, labels: {{ cluster: s{subset} }} }}"))}}]
              ---
              apiVersion: networking.istio.io/v1
              kind: VirtualService
              metadata: { name: {{service}}, namespace: messageboard }
              spec:
                hosts: [{{service}}]
                http:

              """
            + string.Concat(subsets.Select(subset => string.Concat(Rules.Select(rule =>
                $"    - {{ match: [{{ headers: {{ x-subset: {{ exact: s{subset} }}, x-route: {{ exact: {rule.Rule} }} }} }}], "
                    + $"{rule.Fields}, route: [{{ destination: {{ host: {service}, subset: s{subset} }} }}] }}\n"))
                + $"    - {{ match: [{{ headers: {{ x-subset: {{ exact: s{subset} }} }} }}], "
                    + $"route: [{{ destination: {{ host: {service}, subset: s{subset} }} }}] }}\n"))
            + $"    - {{ route: [{{ destination: {{ host: {service}, subset: s0 }} }}] }}\n";
    }
}
