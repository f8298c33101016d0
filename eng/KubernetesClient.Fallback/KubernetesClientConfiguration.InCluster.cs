using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;
using k8s.Exceptions;

namespace k8s;

public partial class KubernetesClientConfiguration
{
    /// <summary>Where the kubelet puts the service account's files; tests have a folder of their own.</summary>
    internal static string ServiceAccountPath { get; set; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static string? ServiceHost => Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");

    private static string? ServicePort => Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");

    /// <summary>Whether this process runs in a pod that has a service account.</summary>
    public static bool IsInCluster() =>
        !string.IsNullOrEmpty(ServiceHost) && !string.IsNullOrEmpty(ServicePort) && File.Exists(ServiceAccountFile("token")) && File.Exists(ServiceAccountFile("ca.crt"));

    /// <summary>The API server of the cluster in which this process runs, as its pod's service account.</summary>
    /// <exception cref="KubeConfigException">It runs in none, or the files cannot be used.</exception>
    public static KubernetesClientConfiguration InClusterConfig()
    {
        if (!IsInCluster())
        {
            throw new KubeConfigException(
                $"not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be set, and {ServiceAccountPath} must have token and ca.crt");
        }

        if (!int.TryParse(ServicePort, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > ushort.MaxValue)
            throw new KubeConfigException($"KUBERNETES_SERVICE_PORT is no port: {ServicePort}");

        var @namespace = ServiceAccountFile("namespace");
        return new KubernetesClientConfiguration
        {
            Host = new UriBuilder(Uri.UriSchemeHttps, ServiceHost, port).ToString(),
            Namespace = File.Exists(@namespace) ? File.ReadAllText(@namespace).Trim() : null,
            SslCaCerts = ReadRoots(ServiceAccountFile("ca.crt")),
            Credentials = new TokenFile(ServiceAccountFile("token"), certificate: null),
        };
    }

    private static string ServiceAccountFile(string name) => Path.Combine(ServiceAccountPath, name);

    private static X509Certificate2Collection ReadRoots(string path)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(path);
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{path}: the certificates cannot be read", problem);
        }

        return roots is [] ? throw new KubeConfigException($"{path}: there is no certificate in it") : roots;
    }
}
