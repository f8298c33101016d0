namespace MessageBoard.KubernetesClient.Tests;

internal static class Servers
{
    /// <summary>A kubeconfig for ctx1 that trusts only the server's own certificate, with another user.</summary>
    /// <param name="api">The servers.</param>
    /// <param name="path">Where to write it.</param>
    /// <param name="user">The user's fields in YAML.</param>
    public static async Task WriteKubeconfigAsync(this KubeApi api, string path, string user) =>
        await File.WriteAllTextAsync(
            path,
            $$"""
            current-context: test
            contexts: [{ name: test, context: { cluster: test, user: test, namespace: of-context } }]
            clusters: [{ name: test, cluster: { server: "{{await api.AddressAsync()}}", certificate-authority: {{api.CertificatePath()}} } }]
            users: [{ name: test, user: {{user}} }]
            """);

    public static async Task<Uri> AddressAsync(this KubeApi api) =>
        new(await api.KubectlAsync("config", "view", "--minify", "--context", "ctx1", "-o", "jsonpath={.clusters[0].cluster.server}"));

    /// <summary>The certificates that the API server made for itself.</summary>
    public static string CertificatePath(this KubeApi api) => Path.Combine(Path.GetDirectoryName(api.Kubeconfig)!, "certs-ctx1", "apiserver.crt");
}
