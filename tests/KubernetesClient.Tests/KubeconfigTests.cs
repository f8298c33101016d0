using k8s;
using k8s.Exceptions;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>Reading kubeconfigs: above all what is said of a wrong one.</summary>
public sealed class KubeconfigTests : IDisposable
{
    private const string Whole =
        """
        apiVersion: v1
        kind: Config
        current-context: first
        contexts:
        - { name: first, context: { cluster: one, user: admin, namespace: messageboard } }
        - { name: second, context: { cluster: two } }
        - { name: lost, context: { cluster: nowhere } }
        clusters:
        - { name: one, cluster: { server: "https://10.0.0.1:6443" } }
        - { name: two, cluster: { server: "https://10.0.0.2:6443", tls-server-name: api, insecure-skip-tls-verify: true } }
        users:
        - { name: admin, user: { token: s3cret } }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_current_context_counts_unless_another_is_named()
    {
        var current = Read(Whole);
        var named = Read(Whole, "second");

        Assert.Equal(("https://10.0.0.1:6443", "messageboard", false), (current.Host, current.Namespace, current.SkipTlsVerify));
        Assert.Equal(("https://10.0.0.2:6443", null, true, "api"), (named.Host, named.Namespace, named.SkipTlsVerify, named.TlsServerName));
        Assert.Equal(TimeSpan.FromSeconds(100), current.HttpClientTimeout);
    }

    [Fact]
    public void The_server_may_be_another_one()
    {
        _folder.Write("config", Whole);
        Assert.Equal("https://elsewhere", KubernetesClientConfiguration.BuildConfigFromConfigFile(_folder["config"], masterUrl: "https://elsewhere").Host);
    }

    [Fact]
    public void A_kubeconfig_may_be_JSON() =>
        Assert.Equal(
            "https://x",
            Read("""{"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k"}}],"clusters":[{"name":"k","cluster":{"server":"https://x"}}]}""").Host);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var problem = Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(_folder["none"]));
        Assert.Equal($"kubeconfig file not found at {_folder["none"]}", problem.Message);
    }

    [Theory]
    [InlineData("third", "contexts has no entry third")]
    [InlineData("lost", "clusters has no entry nowhere")]
    public void A_name_that_leads_nowhere_is_told(string context, string problem) => Refuses(Whole, problem, context);

    [Theory]
    [InlineData("{ token: s3cret", "{ client-key-data: s3cret, client-certificate-data: s3cret!", "users[admin].user.client-certificate-data is not base64")]
    [InlineData("{ token: s3cret", "{ client-certificate-data: czNjcmV0", "users[admin].user.client-key is missing, and there is a client-certificate")]
    [InlineData("{ token: s3cret", "{ client-certificate-data: czNjcmV0, client-key-data: czNjcmV0", "users[admin].user.client-certificate (or its -data) does not hold what it should")]
    [InlineData("{ token: s3cret", "{ client-certificate: gone.crt, client-key: gone.key", "users[admin].user.client-certificate: gone.crt cannot be read")]
    [InlineData("{ token: s3cret", """{ token: "s3cret\nof two lines" """, "users[admin].user.token (or its -data) does not hold what it should")]
    [InlineData("{ token: s3cret", "{ auth-provider: { name: gcp }", "users[admin].user.auth-provider is not supported; an exec plugin is")]
    [InlineData("{ token: s3cret", "{ exec: { command: x, apiVersion: client.authentication.k8s.io/v1alpha1 }", "users[admin].user.exec.apiVersion is not supported: client.authentication.k8s.io/v1alpha1")]
    [InlineData("{ token: s3cret", "{ exec: { apiVersion: client.authentication.k8s.io/v1 }", "users[admin].user.exec.command is missing")]
    [InlineData("{ token: s3cret", "{ exec: { apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always }", "users[admin].user.exec.interactiveMode is Always, and there is nobody to ask")]
    [InlineData("\"https://10.0.0.1:6443\"", "\"https://10.0.0.1:6443\", certificate-authority-data: s3cret!", "clusters[one].cluster.certificate-authority-data is not base64")]
    [InlineData("\"https://10.0.0.1:6443\"", "\"https://10.0.0.1:6443\", certificate-authority-data: czNjcmV0", "clusters[one].cluster.certificate-authority (or its -data) does not hold what it should")]
    [InlineData("\"https://10.0.0.1:6443\"", "not an address", "clusters[one].cluster.server is no address")]
    [InlineData("\"https://10.0.0.1:6443\"", "", "clusters[one].cluster.server is missing")]
    [InlineData("current-context: first", "", "current-context is missing")]
    [InlineData("users:", "users: [", "line 12 is not YAML")]
    public void A_field_that_is_wrong_is_named_without_its_value(string part, string instead, string problem) =>
        Refuses(Whole.Replace(part, instead, StringComparison.Ordinal), problem);

    private void Refuses(string text, string problem, string? context = null)
    {
        var refusal = Assert.Throws<KubeConfigException>(() => Read(text, context));
        Assert.Equal($"{_folder["config"]}: {problem}", refusal.Message);
        Assert.DoesNotContain("s3cret", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("czNjcmV0", refusal.ToString(), StringComparison.Ordinal);
    }

    private KubernetesClientConfiguration Read(string text, string? context = null)
    {
        _folder.Write("config", text);
        return KubernetesClientConfiguration.BuildConfigFromConfigFile(_folder["config"], context);
    }
}
