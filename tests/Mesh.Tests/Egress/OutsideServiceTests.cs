using MessageBoard.Mesh.Tests.Forwarding;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Tests.Egress;

/// <summary>Requests to services that ServiceEntries describe, at real servers.</summary>
public sealed class OutsideServiceTests : IAsyncLifetime
{
    private readonly EgressMesh _mesh = new();
    private TestBackend _one = null!, _other = null!;

    public async ValueTask InitializeAsync() =>
        (_one, _other) = (await TestBackend.StartAsync("one"), await TestBackend.StartAsync("other"));

    public async ValueTask DisposeAsync()
    {
        _mesh.Dispose();
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task Static_endpoints_are_called_at_their_own_ports_the_target_port_and_the_services()
    {
        _mesh.Apply(
            EgressMesh.Service("own.example", $$"""
                resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP, targetPort: 1}],
                endpoints: [{address: 127.0.0.1, ports: {http: {{_one.Port}} } }]
                """, "own"),
            EgressMesh.Service("target.example", $$"""
                resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP, targetPort: {{_one.Port}} }],
                endpoints: [{address: 127.0.0.1}]
                """, "target"),
            EgressMesh.Service("number.example", $$"""
                resolution: STATIC, ports: [{number: {{_one.Port}}, name: http, protocol: HTTP}], endpoints: [{address: 127.0.0.1}]
                """, "number"));

        Assert.Equal("one GET own.example /a?b=c", (await _mesh.GetAsync("http://own.example/a?b=c")).Body);
        Assert.Equal("one GET target.example /", (await _mesh.GetAsync("http://target.example/")).Body);
        Assert.Equal($"one GET number.example:{_one.Port} /", (await _mesh.GetAsync($"http://number.example:{_one.Port}/")).Body);
    }

    [Fact]
    public async Task Endpoints_have_labels_and_rules_are_for_them_as_for_services_of_the_mesh()
    {
        _mesh.Apply(
            EgressMesh.Service("outside.example", $$"""
                resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}],
                endpoints: [{address: 127.0.0.1, ports: {http: {{_one.Port}} }, labels: {version: v1} },
                  {address: 127.0.0.1, ports: {http: {{_other.Port}} }, labels: {version: v2} }]
                """),
            EgressMesh.Rule("outside.example", "loadBalancer: {simple: RANDOM}", ", subsets: [{name: v2, labels: {version: v2} }]"),
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: outside}
            spec:
              hosts: [outside.example]
              http:
                - match: [{uri: {prefix: /v2}}]
                  route: [{destination: {host: outside.example, subset: v2}}]
                - route: [{destination: {host: outside.example}}]
            """);

        Assert.Equal(20, (await _mesh.CountAsync("http://outside.example/v2", 20))["other"]);
        Assert.Equal(["one", "other"], (await _mesh.CountAsync("http://outside.example/", 60)).Keys.Order());
    }

    [Fact]
    public async Task A_service_is_called_by_its_virtual_address_too_and_one_with_a_wildcard_by_all_its_names()
    {
        _mesh.Apply(EgressMesh.Service("*.outside.example", $$"""
            addresses: [10.9.8.7, 'fd00::7'], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}],
            endpoints: [{address: 127.0.0.1, ports: {http: {{_one.Port}} } }]
            """));

        foreach (var host in (string[])["a.outside.example", "b.c.outside.example", "10.9.8.7", "[fd00::7]"])
            Assert.Equal($"one GET {host} /", (await _mesh.GetAsync($"http://{host}/")).Body);
    }

    [Fact]
    public async Task Without_resolution_a_request_goes_on_to_the_host_that_its_caller_addressed()
    {
        _mesh.Apply(EgressMesh.Service(
            "localhost", $"ports: [{{number: 80, name: http, protocol: HTTP, targetPort: {_one.Port}}}]"));

        var answer = await _mesh.GetAsync("http://localhost/");

        Assert.Equal((200, "one GET localhost /"), (answer.Status, answer.Body));
        Assert.Equal($"localhost:{_one.Port}", Assert.Single(answer.Explanation.Attempts).Endpoint);
        Assert.Empty(_mesh.Asked); // the mesh looks nothing up for it
    }

    [Fact]
    public async Task Only_the_meshs_own_services_are_told_who_calls()
    {
        _one.Answer = context => context.Response.WriteAsync($"{context.Request.Headers["X-Mesh-Source"]}!");
        string Entry(string name, string location) => EgressMesh.Service($"{name}.example", $$"""
            {{location}}resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}],
            endpoints: [{address: 127.0.0.1, ports: {http: {{_one.Port}} } }]
            """, name);
        _mesh.Apply(
            Entry("inside", "location: MESH_INTERNAL, "), Entry("outside", "location: MESH_EXTERNAL, "), Entry("unsaid", ""));

        Assert.Equal("me, signed!", (await _mesh.GetAsync("http://inside.example/", ("X-Mesh-Source", "forged"))).Body);
        Assert.Equal("!", (await _mesh.GetAsync("http://outside.example/", ("X-Mesh-Source", "forged"))).Body);
        Assert.Equal("!", (await _mesh.GetAsync("http://unsaid.example/")).Body);
    }

    [Fact]
    public async Task A_mirror_outside_is_not_told_who_calls_and_one_inside_is()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
        _other.Answer = context =>
        {
            seen[context.Request.Host.Host] = $"{context.Request.Headers["X-Mesh-Source"]}!";
            return Task.CompletedTask;
        };
        string Entry(string name, string location, int port) => EgressMesh.Service($"{name}.example", $$"""
            location: {{location}}, resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}],
            endpoints: [{address: 127.0.0.1, ports: {http: {{port}} } }]
            """, name);
        string Route(string from, string to) => $$"""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: {{from}} }
            spec:
              hosts: [{{from}}.example]
              http: [{route: [{destination: {host: {{from}}.example} }], mirror: {host: {{to}}.example} } ]
            """;
        _mesh.Apply(
            Entry("inside", "MESH_INTERNAL", _one.Port), Entry("outside", "MESH_EXTERNAL", _one.Port), Route("inside", "copy-outside"),
            Route("outside", "copy-inside"), Entry("copy-outside", "MESH_EXTERNAL", _other.Port),
            Entry("copy-inside", "MESH_INTERNAL", _other.Port));

        await _mesh.GetAsync("http://inside.example/");
        await _mesh.GetAsync("http://outside.example/");
        await Eventually.IsTrueAsync(() => seen.Count == 2, "both copies");

        Assert.Equal("!", seen["inside.example-shadow"]);
        Assert.Equal("me, signed!", seen["outside.example-shadow"]);
    }

    // Istio reads no HTTP at such a port, so that its rules under http are not for it.
    [Theory]
    [InlineData("TLS", 200)]
    [InlineData("TCP", 200)]
    [InlineData("HTTP", 418)]
    public async Task Rules_of_http_are_not_for_ports_of_other_protocols(string protocol, int status)
    {
        _mesh.Apply(
            EgressMesh.Service("outside.example", $$"""
                resolution: STATIC, ports: [{number: 443, name: p, protocol: {{protocol}} }],
                endpoints: [{address: 127.0.0.1, ports: {p: {{_one.Port}} } }]
                """),
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: outside}
            spec: {hosts: [outside.example], http: [{directResponse: {status: 418}}]}
            """);

        Assert.Equal(status, (await _mesh.GetAsync("http://outside.example:443/")).Status);
    }

    [Fact]
    public void A_workload_with_a_name_is_no_endpoint_of_a_static_service()
    {
        _mesh.ApplyAll(
            EgressMesh.Service("outside.example", """
                resolution: STATIC, ports: [{number: 80, name: http}], workloadSelector: {labels: {app: a}}
                """),
            """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: a}
            spec: {address: a.example, labels: {app: a}}
            """);

        Assert.Equal(
            "spec.address 'a.example' is a name, and ServiceEntry outside with resolution STATIC takes IP addresses",
            Assert.Single(_mesh.Snapshot.Problems).Message);
    }
}
