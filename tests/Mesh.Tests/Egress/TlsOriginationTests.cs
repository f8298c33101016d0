using System.Security.Cryptography.X509Certificates;

namespace MessageBoard.Mesh.Tests.Egress;

/// <summary>TLS that the mesh makes for its callers, with real servers and certificates of the test's own authority.</summary>
public sealed class TlsOriginationTests : IAsyncLifetime
{
    private readonly EgressMesh _mesh = new();
    private readonly TestAuthority _authority = new();
    private readonly TemporaryFolder _folder = new();
    private TlsServer _server = null!;

    private string Authority => Path.Combine(_folder.Path, "ca.pem");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Authority, _authority.Pem);
        _server = await TlsServer.StartAsync(_authority.Issue(["outside.example", "*.wild.example", "spiffe://outside/sa/web"]));
    }

    public async ValueTask DisposeAsync()
    {
        _mesh.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_request_in_the_clear_goes_out_by_TLS_and_tells_its_host()
    {
        Apply($"mode: SIMPLE, caCertificates: {Authority}");

        for (var i = 0; i < 5; i++)
        {
            var answer = await _mesh.GetAsync("http://outside.example/");
            Assert.Equal((200, "https outside.example ", ""), (answer.Status, answer.Body, answer.Flags));
        }

        Assert.Equal(["outside.example"], _server.Names); // once: the connection is kept
    }

    // setAutoSniAndAutoSanValidation in Istio's pilot/pkg/networking/core/cluster_tls.go says when the host is looked at.
    [Theory]
    [InlineData("outside.example", "", null)]
    [InlineData("a.wild.example", "", null)]
    [InlineData("other.example", "", "the server's certificate is for another name")]
    [InlineData("other.example", "sni: outside.example", null)]
    [InlineData("other.example", "sni: any.example", null)]
    [InlineData("other.example", "subjectAltNames: [outside.example]", null)]
    [InlineData("other.example", "subjectAltNames: [b.wild.example]", null)]
    [InlineData("other.example", "subjectAltNames: ['spiffe://outside/sa/web']", null)]
    [InlineData("outside.example", "subjectAltNames: ['spiffe://outside/sa/other']", "the server's certificate is for another name")]
    [InlineData("outside.example", "sni: a.b, subjectAltNames: [a.b.wild.example]", "the server's certificate is for another name")]
    public async Task The_certificate_has_to_be_for_the_host_or_one_of_the_names(string host, string more, string? reason)
    {
        Apply($"mode: SIMPLE, caCertificates: {Authority}{(more.Length > 0 ? $", {more}" : "")}", host);

        await AssertAsync($"http://{host}/", reason);

        if (reason is null)
            Assert.Equal(more.StartsWith("sni: ", StringComparison.Ordinal) ? more[5..] : host, Assert.Single(_server.Names));
    }

    [Theory]
    [InlineData("subjectAltNames: [outside.example], ", null)]
    [InlineData("subjectAltNames: [third.example], ", "the server's certificate is for another name")]
    public async Task Names_that_the_service_has_hold_where_the_rule_gives_none(string names, string? reason)
    {
        Apply($"mode: SIMPLE, caCertificates: {Authority}", service: names);

        await AssertAsync("http://outside.example/", reason);
    }

    [Fact]
    public async Task Nobody_is_trusted_but_the_authorities_of_the_file_or_the_systems()
    {
        using var stranger = new TestAuthority("A stranger");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "stranger.pem"), stranger.Pem);

        Apply($"mode: SIMPLE, caCertificates: {_folder.Path}/stranger.pem");
        await AssertAsync("http://outside.example/", "the server's certificate is not from a trusted authority");

        Apply("mode: SIMPLE");
        await AssertAsync("http://outside.example/", "the server's certificate is not from a trusted authority");

        Apply("mode: SIMPLE, insecureSkipVerify: true");
        await AssertAsync("http://outside.example/", null);
    }

    [Fact]
    public async Task A_certificate_that_has_run_out_is_refused()
    {
        await using var old = await TlsServer.StartAsync(_authority.Issue(["outside.example"], days: -1));
        Apply($"mode: SIMPLE, caCertificates: {Authority}", port: old.Port);

        await AssertAsync("http://outside.example/", "the server's certificate is not valid at this time");
    }

    [Fact]
    public async Task A_file_that_has_changed_is_read_for_the_next_connection_and_a_broken_one_changes_nothing()
    {
        using var stranger = new TestAuthority("A stranger");
        await File.WriteAllTextAsync(Authority, stranger.Pem);
        Apply($"mode: SIMPLE, caCertificates: {Authority}", "*.wild.example");
        await AssertAsync("http://a.wild.example/", "the server's certificate is not from a trusted authority");

        await File.WriteAllTextAsync(Authority, stranger.Pem + "\n" + _authority.Pem);
        await AssertAsync("http://a.wild.example/", null);

        await File.WriteAllTextAsync(Authority, "nothing");
        await AssertAsync("http://b.wild.example/", null); // a host of its own has a connection of its own
        Assert.Contains("b.wild.example", _server.Names);
    }

    [Fact]
    public async Task The_caller_shows_its_certificate_with_mode_MUTUAL_and_the_next_one_when_that_is_renewed()
    {
        await using var asking = await TlsServer.StartAsync(_authority.Issue(["*.wild.example"]), asksForCertificate: true);
        Apply($"mode: SIMPLE, caCertificates: {Authority}", "*.wild.example", port: asking.Port);
        var without = await _mesh.GetAsync("http://a.wild.example/");
        Assert.Equal(503, without.Status);

        WriteOwn("first.client");
        Apply(
            $"mode: MUTUAL, caCertificates: {Authority}, clientCertificate: {_folder.Path}/own.pem, privateKey: {_folder.Path}/own.key",
            "*.wild.example", port: asking.Port);
        Assert.Equal("https a.wild.example CN=first.client", (await _mesh.GetAsync("http://a.wild.example/")).Body);

        WriteOwn("second.client.of.them");
        Assert.Equal("https b.wild.example CN=second.client.of.them", (await _mesh.GetAsync("http://b.wild.example/")).Body);
    }

    [Fact]
    public async Task Without_its_files_there_is_no_connection_and_no_crash()
    {
        Apply($"mode: SIMPLE, caCertificates: {_folder.Path}/none.pem");
        await AssertAsync("http://outside.example/", "the trusted authorities cannot be read");

        Apply($"mode: MUTUAL, caCertificates: {Authority}, clientCertificate: {Authority}, privateKey: {_folder.Path}/none.key");
        await AssertAsync("http://outside.example/", "the caller's certificate cannot be read");
    }

    [Fact]
    public async Task A_server_without_TLS_and_a_dead_one_are_connection_failures()
    {
        await using var clear = await Forwarding.TestBackend.StartAsync("clear");
        Apply($"mode: SIMPLE, caCertificates: {Authority}", port: clear.Port);
        await AssertAsync("http://outside.example/", "the server does not agree to TLS");

        Apply($"mode: SIMPLE, caCertificates: {Authority}", port: Repository.FreePort());
        var answer = await _mesh.GetAsync("http://outside.example/");
        Assert.Equal((503, "UF", null), (answer.Status, answer.Explanation.Attempts[^1].Flag, answer.Explanation.Attempts[^1].Reason));
    }

    [Fact]
    public async Task TLS_is_for_the_port_or_the_subset_that_asks_for_it()
    {
        await using var clear = await Forwarding.TestBackend.StartAsync("clear");
        _mesh.Apply(
            EgressMesh.Service("outside.example", $$"""
                resolution: STATIC, endpoints: [{address: 127.0.0.1}],
                ports: [{number: 80, name: clear, protocol: HTTP, targetPort: {{clear.Port}} },
                  {number: 81, name: tls, protocol: HTTP, targetPort: {{_server.Port}} }]
                """),
            EgressMesh.Rule("outside.example", $$"""
                tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 81}, tls: {mode: SIMPLE, caCertificates: {{Authority}} } }]
                """));

        Assert.StartsWith("clear GET", (await _mesh.GetAsync("http://outside.example/")).Body);
        Assert.StartsWith("https outside.example:81", (await _mesh.GetAsync("http://outside.example:81/")).Body);
    }

    // As in Istio, where the application's own TLS would be wrapped once more.
    [Fact]
    public async Task TLS_of_the_callers_own_is_not_wrapped_again()
    {
        Apply($"mode: SIMPLE, caCertificates: {Authority}");

        await AssertAsync("https://outside.example/", "the request is TLS already, and tls of the rule wraps it again");
    }

    [Fact]
    public async Task What_the_caller_asks_for_by_https_is_never_sent_in_the_clear()
    {
        await using var clear = await Forwarding.TestBackend.StartAsync("clear");
        _mesh.Apply(EgressMesh.Service("outside.example", $$"""
            resolution: STATIC, endpoints: [{address: 127.0.0.1}],
            ports: [{number: 443, name: http, protocol: HTTP, targetPort: {{clear.Port}} }]
            """));

        await AssertAsync("https://outside.example/", "the server does not agree to TLS");
        Assert.Equal(0, clear.Requests);

        _mesh.Apply(EgressMesh.Service("outside.example", $$"""
            resolution: STATIC, endpoints: [{address: 127.0.0.1}],
            ports: [{number: 443, name: tls, protocol: TLS, targetPort: {{_server.Port}} }]
            """));
        await AssertAsync("https://outside.example/", "the server's certificate is not from a trusted authority"); // to the caller
        Assert.Contains("outside.example", _server.Names);
    }

    private void Apply(string tls, string host = "outside.example", string service = "", int? port = null) => _mesh.Apply(
        EgressMesh.Service(host, $$"""
            {{service}}resolution: STATIC, endpoints: [{address: 127.0.0.1}], ports: [
              {number: 80, name: http, protocol: HTTP, targetPort: {{port ?? _server.Port}} },
              {number: 81, name: again, protocol: HTTP, targetPort: {{port ?? _server.Port}} },
              {number: 443, name: tls, protocol: TLS, targetPort: {{port ?? _server.Port}} }]
            """),
        EgressMesh.Rule(host, $"tls: {{{tls}}}"));

    private void WriteOwn(string name)
    {
        using var certificate = _authority.Issue([name]);
        File.WriteAllText(Path.Combine(_folder.Path, "own.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder.Path, "own.pem"), certificate.ExportCertificatePem());
    }

    private async Task AssertAsync(string target, string? reason)
    {
        var answer = await _mesh.GetAsync(target);
        if (reason is null)
        {
            Assert.Equal((200, ""), (answer.Status, answer.Flags));
            return;
        }

        Assert.Equal(503, answer.Status);
        Assert.Equal(("UF", reason), (answer.Explanation.Attempts[^1].Flag, answer.Explanation.Attempts[^1].Reason));
        Assert.DoesNotContain(reason, answer.Body, StringComparison.Ordinal); // which may be read outside
    }
}
