using System.Net;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Exceptions;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>Who the server is, and who we are to it.</summary>
public sealed class CredentialsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{ token: secret }", "Bearer secret")]
    [InlineData("{ username: me, password: secret }", "Basic bWU6c2VjcmV0")]
    [InlineData("{}", "")]
    public async Task The_users_name_and_token_go_with_each_request(string user, string header)
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, context.Request.Headers.Authorization));
        using var client = Client(server, user);

        Assert.Equal(header, await SaidAsync(client) ?? "");
    }

    [Fact]
    public async Task A_token_file_is_relative_to_the_kubeconfig_and_a_new_token_counts_at_once()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, context.Request.Headers.Authorization));
        _folder.Write("token", "first\n");
        using var client = Client(server, "{ tokenFile: token, token: not-this }");

        Assert.Equal("Bearer first", await SaidAsync(client));
        _folder.Write("token", "second\n");
        Assert.Equal("Bearer second", await SaidAsync(client));

        File.Delete(_folder["token"]);
        var problem = await Assert.ThrowsAsync<KubeConfigException>(() => SaidAsync(client));
        Assert.StartsWith(_folder["token"], problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_certificate_is_shown_in_the_handshake(bool inline)
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, context.Connection.ClientCertificate?.Subject));
        var (certificate, key) = server.Authority.IssuePem("the-gateway");
        _folder.Write("pki/client.crt", certificate);
        _folder.Write("pki/client.key", key);
        using var client = Client(
            server,
            inline
                ? $"{{ client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)} }}"
                : "{ client-certificate: pki/client.crt, client-key: pki/client.key }");

        Assert.Equal("CN=the-gateway", await SaidAsync(client));
    }

    [Fact]
    public async Task Only_the_clusters_own_authority_is_trusted()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, "hello"));
        using var other = new Authority();
        using var trusting = Client(server, "{}");
        using var mistrusting = Client(server, "{}", $"certificate-authority-data: {Base64(other.Pem)}");
        using var careless = Client(server, "{}", $"certificate-authority-data: {Base64(other.Pem)}, insecure-skip-tls-verify: true");
        _folder.Write("ca.crt", $"{other.Pem}\n{server.Authority.Pem}");
        using var byFile = Client(server, "{}", "certificate-authority: ca.crt");

        Assert.Equal("hello", await SaidAsync(trusting));
        Assert.Equal("hello", await SaidAsync(careless));
        Assert.Equal("hello", await SaidAsync(byFile));
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => SaidAsync(mistrusting));
        Assert.IsType<AuthenticationException>(problem.InnerException);
    }

    [Fact]
    public async Task The_certificate_must_have_the_servers_name_or_the_one_that_the_kubeconfig_says()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, "hello"), "api.example");
        var authority = $"certificate-authority-data: {Base64(server.Authority.Pem)}";
        using var byAddress = Client(server, "{}", authority);
        using var byName = Client(server, "{}", $"{authority}, tls-server-name: api.example");

        await Assert.ThrowsAsync<HttpRequestException>(() => SaidAsync(byAddress));
        Assert.Equal("hello", await SaidAsync(byName));
    }

    [Fact]
    public async Task A_plugin_gives_the_token_and_is_asked_again_when_that_has_expired()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, context.Request.Headers.Authorization));
        WritePlugin(
            """
            echo >>calls
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"%s"}}' \
              "$PREFIX-$1-$(wc -l <calls)" "$(cat expires)"
            """);
        _folder.Write("expires", "2020-01-01T00:00:00Z");
        using var client = Client(server, Exec("v1", "args: [an argument], env: [{ name: PREFIX, value: token }]"));

        Assert.Equal("Bearer token-an argument-1", await SaidAsync(client));
        _folder.Write("expires", "2099-01-01T00:00:00Z");
        Assert.Equal("Bearer token-an argument-2", await SaidAsync(client));
        Assert.Equal("Bearer token-an argument-2", await SaidAsync(client));
    }

    [Fact]
    public async Task A_token_that_the_server_refuses_is_asked_for_again()
    {
        await using var server = await StandIn.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer 1" ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK;
            return StandIn.SayAsync(context, context.Request.Headers.Authorization);
        });
        WritePlugin("""echo >>calls; echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"'$(wc -l <calls)'"}}'""");
        using var client = Client(server, Exec("v1beta1"));

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => SaidAsync(client));
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.Response.StatusCode);
        Assert.Equal("Bearer 2", await SaidAsync(client));
    }

    [Fact]
    public async Task A_plugin_may_give_a_certificate()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, context.Connection.ClientCertificate?.Subject));
        var (certificate, key) = server.Authority.IssuePem("from-plugin");
        _folder.Write("answer", JsonSerializer.Serialize(new
        {
            apiVersion = "client.authentication.k8s.io/v1",
            kind = "ExecCredential",
            status = new { clientCertificateData = certificate, clientKeyData = key },
        }));
        WritePlugin("cat answer");
        using var client = Client(server, Exec("v1"));

        Assert.Equal("CN=from-plugin", await SaidAsync(client));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_plugin_is_told_of_the_cluster_if_it_wants_that(bool provideClusterInfo)
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, "hello"));
        WritePlugin("""echo "$KUBERNETES_EXEC_INFO" >info; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'""");
        using var client = Client(server, Exec("v1", $"provideClusterInfo: {(provideClusterInfo ? "true" : "false")}"));
        await SaidAsync(client);

        var info = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(_folder["info"]));
        Assert.Equal("ExecCredential", info.GetProperty("kind").GetString());
        Assert.Equal("client.authentication.k8s.io/v1", info.GetProperty("apiVersion").GetString());
        Assert.False(info.GetProperty("spec").GetProperty("interactive").GetBoolean());
        Assert.Equal(provideClusterInfo, info.GetProperty("spec").TryGetProperty("cluster", out var cluster));
        if (provideClusterInfo)
        {
            Assert.Equal(server.Host, cluster.GetProperty("server").GetString());
            Assert.Equal(Base64(server.Authority.Pem), cluster.GetProperty("certificate-authority-data").GetString());
        }
    }

    [Theory]
    [InlineData("echo the cause >&2; exit 3", "ended with 3: the cause")]
    [InlineData("echo secret", "did not write JSON")]
    [InlineData("echo '{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"status\":{\"token\":\"secret\"}}'", "did not write an ExecCredential of client.authentication.k8s.io/v1")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{}}'", "neither a token nor a certificate")]
    [InlineData(
        "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"clientCertificateData\":\"secret\",\"clientKeyData\":\"secret\"}}'",
        "gave a token, certificate or key that is none")]
    public async Task A_plugin_that_fails_is_named_with_what_it_said_and_no_secret(string script, string problem)
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, "hello"));
        WritePlugin(script);
        using var client = Client(server, Exec("v1"));

        var failure = await Assert.ThrowsAsync<KubeConfigException>(() => SaidAsync(client));
        Assert.StartsWith($"{_folder["config"]}: users[test].user.exec: {_folder["plugin"]} ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_is_told_with_how_to_install_it()
    {
        await using var server = await StandIn.StartAsync(context => StandIn.SayAsync(context, "hello"));
        using var client = Client(server, Exec("v1", "installHint: ask the cloud"));

        var failure = await Assert.ThrowsAsync<KubeConfigException>(() => SaidAsync(client));
        Assert.Contains("cannot be started", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("ask the cloud", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_ended()
    {
        WritePlugin("echo $$ >pid; exec sleep 60");
        var plugin = new k8s.Authentication.ExecPlugin
        {
            Source = "a test",
            ApiVersion = "client.authentication.k8s.io/v1",
            Command = _folder["plugin"],
            TimeLimit = TimeSpan.FromSeconds(1),
        };

        var failure = await Assert.ThrowsAsync<KubeConfigException>(() => plugin.GetHeaderAsync(CancellationToken.None));
        Assert.Contains("did not end within 1 s", failure.Message, StringComparison.Ordinal);
        var pid = (await File.ReadAllTextAsync(_folder["pid"])).Trim();
        await Eventually.IsTrueAsync(() => !Directory.Exists($"/proc/{pid}"), "the plugin is gone");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Exec(string version, string more = "") =>
        $"{{ exec: {{ apiVersion: client.authentication.k8s.io/{version}, command: ./plugin{(more is "" ? "" : ", ")}{more} }} }}";

    private static async Task<string?> SaidAsync(Kubernetes client) =>
        (await new VirtualServices(client, "any").ListAsync()).GetProperty("said").GetString();

    /// <summary>A script that runs in the test's folder.</summary>
    private void WritePlugin(string script)
    {
        _folder.Write("plugin", $"#!/usr/bin/env bash\nset -euo pipefail\ncd '{_folder.Path}'\n{script}\n");
#pragma warning disable CA1416 // the plugin is a script for bash anyway
        File.SetUnixFileMode(_folder["plugin"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
#pragma warning restore CA1416
    }

    private Kubernetes Client(StandIn server, string user, string? cluster = null)
    {
        _folder.Write(
            "config",
            $$"""
            current-context: test
            contexts: [{ name: test, context: { cluster: test, user: test } }]
            clusters: [{ name: test, cluster: { server: "{{server.Host}}", {{cluster ?? $"certificate-authority-data: {Base64(server.Authority.Pem)}"}} } }]
            users: [{ name: test, user: {{user}} }]
            """);
        return new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(_folder["config"]));
    }
}
