using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Exceptions;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>As a pod's service account: the environment and the folder are the whole process's, so these tests share one class.</summary>
[Collection(nameof(KubeApi))]
public sealed class InClusterTests : IDisposable
{
    private readonly KubeApi _api;
    private readonly TemporaryFolder _folder = new();
    private readonly string _path = KubernetesClientConfiguration.ServiceAccountPath;

    public InClusterTests(KubeApi api)
    {
        _api = api;
        KubernetesClientConfiguration.ServiceAccountPath = _folder.Path;
    }

    public void Dispose()
    {
        KubernetesClientConfiguration.ServiceAccountPath = _path;
        SetService(null, null);
        _folder.Dispose();
    }

    [KubeApiFact]
    public async Task The_service_accounts_token_is_read_again_when_it_rotates()
    {
        var @namespace = await _api.NewNamespaceAsync("ctx1");
        await _api.KubectlAsync("-n", @namespace, "create", "serviceaccount", "gateway");
        await _api.KubectlAsync("-n", @namespace, "create", "rolebinding", "gateway", "--clusterrole=cluster-admin", $"--serviceaccount={@namespace}:gateway");
        var token = await _api.KubectlAsync("-n", @namespace, "create", "token", "gateway");
        var address = await _api.AddressAsync();
        SetService(address.Host, $"{address.Port}");
        File.Copy(_api.CertificatePath(), _folder["ca.crt"]);
        _folder.Write("namespace", @namespace);
        _folder.Write("token", "expired");

        var config = KubernetesClientConfiguration.InClusterConfig();
        using var client = new Kubernetes(config);
        var services = new VirtualServices(client, config.Namespace!);
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => services.ListAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.Response.StatusCode);

        _folder.Write("token", token);
        await services.ListAsync();
    }

    [Theory]
    [InlineData("10.96.0.1", "443", "https://10.96.0.1:443/")]
    [InlineData("fd00:10:96::1", "6443", "https://[fd00:10:96::1]:6443/")]
    public void The_server_is_where_the_environment_says(string host, string port, string address)
    {
        using var authority = new Authority();
        SetService(host, port);
        _folder.Write("ca.crt", authority.Pem);
        _folder.Write("token", "t");

        Assert.True(KubernetesClientConfiguration.IsInCluster());
        Assert.Equal(new Uri(address), new Uri(KubernetesClientConfiguration.InClusterConfig().Host));
        Assert.Null(KubernetesClientConfiguration.InClusterConfig().Namespace);
    }

    [Fact]
    public void Outside_a_cluster_it_says_what_is_missing()
    {
        Assert.False(KubernetesClientConfiguration.IsInCluster());
        Assert.Contains("KUBERNETES_SERVICE_HOST", Assert.Throws<KubeConfigException>(KubernetesClientConfiguration.InClusterConfig).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("443", "no PEM", "ca.crt: there is no certificate in it")]
    [InlineData("https", "no PEM", "KUBERNETES_SERVICE_PORT is no port: https")]
    public void What_a_pod_cannot_use_is_named(string port, string authority, string problem)
    {
        SetService("10.96.0.1", port);
        _folder.Write("ca.crt", authority);
        _folder.Write("token", "t");

        Assert.EndsWith(problem, Assert.Throws<KubeConfigException>(KubernetesClientConfiguration.InClusterConfig).Message, StringComparison.Ordinal);
    }

    private static void SetService(string? host, string? port)
    {
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", host);
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", port);
    }
}
