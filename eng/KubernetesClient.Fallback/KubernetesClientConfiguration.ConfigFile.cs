using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Authentication;
using k8s.Exceptions;

namespace k8s;

public partial class KubernetesClientConfiguration
{
    /// <summary>
    /// A context of a kubeconfig. Understood are of its cluster the server, certificate authority, TLS server name and
    /// insecure-skip-tls-verify; of its user the token, token file, name and password, client certificate and exec plugin.
    /// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
    /// </summary>
    /// <param name="kubeconfigPath">Null for <c>~/.kube/config</c>.</param>
    /// <param name="currentContext">Null for the file's own current context.</param>
    /// <param name="masterUrl">In place of the server of the context's cluster.</param>
    /// <param name="useRelativePaths">Whether the paths in it are relative to the file, or else to the working directory.</param>
    /// <exception cref="KubeConfigException">It cannot be used; the message names the file and the field.</exception>
    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        string? kubeconfigPath = null, string? currentContext = null, string? masterUrl = null, bool useRelativePaths = true)
    {
        var file = KubeconfigField.Load(kubeconfigPath ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"));
        var folder = useRelativePaths ? Path.GetDirectoryName(file.File)! : Environment.CurrentDirectory;
        var context = file["contexts"].Named(currentContext ?? file["current-context"].Required())["context"];
        var cluster = file["clusters"].Named(context["cluster"].Required())["cluster"];
        var host = masterUrl ?? cluster["server"].Required();
        if (!Uri.TryCreate(host, UriKind.Absolute, out _))
            throw cluster["server"].Error("is no address");

        var roots = PemText(cluster, "certificate-authority", folder);
        return new KubernetesClientConfiguration
        {
            Host = host,
            Namespace = context["namespace"].Text,
            SkipTlsVerify = cluster["insecure-skip-tls-verify"].IsTrue,
            TlsServerName = cluster["tls-server-name"].Text,
            SslCaCerts = roots is null ? null : Roots(cluster["certificate-authority"], roots),
            Credentials = context["user"].Text is { } user ? ReadUser(file["users"].Named(user)["user"], cluster, host, roots, folder) : new FixedCredentials(header: null, certificate: null),
        };
    }

    private static Credentials ReadUser(KubeconfigField user, KubeconfigField cluster, string host, string? roots, string folder)
    {
        var certificate = ReadCertificate(user, folder);
        if (user["tokenFile"].Text is { } tokenFile)
            return new TokenFile(Path.Combine(folder, tokenFile), certificate);

        if (user["token"].Text is { } token)
            return new FixedCredentials(Checked(user["token"], () => FixedCredentials.Token(token)), certificate);

        if (user["username"].Text is { } username)
            return new FixedCredentials(FixedCredentials.Basic(username, user["password"].Text ?? ""), certificate);

        // Told apart from anonymous: with a way to log in that we do not know, every request would only be refused.
        return user["exec"].Node is not null ? ReadExec(user["exec"], cluster, host, roots, folder)
            : user["auth-provider"].Node is not null ? throw user["auth-provider"].Error("is not supported; an exec plugin is")
            : new FixedCredentials(header: null, certificate);
    }

    private static ExecPlugin ReadExec(KubeconfigField exec, KubeconfigField cluster, string host, string? roots, string folder)
    {
        var apiVersion = exec["apiVersion"].Required();
        if (apiVersion is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
            throw exec["apiVersion"].Error($"is not supported: {apiVersion}");

        if (exec["interactiveMode"].Text is "Always")
            throw exec["interactiveMode"].Error("is Always, and there is nobody to ask");

        var command = exec["command"].Required();
        return new ExecPlugin
        {
            Source = $"{exec.File}: {exec.Place}",
            ApiVersion = apiVersion,
            Command = command.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(command, folder) : command,
            Arguments = [.. exec["args"].Items.Select(argument => argument.Text ?? "")],
            Environment = [.. exec["env"].Items.Select(variable => KeyValuePair.Create(variable["name"].Required(), variable["value"].Text ?? ""))],
            InstallHint = exec["installHint"].Text,
            Cluster = !exec["provideClusterInfo"].IsTrue ? null : new ExecCluster(
                host,
                cluster["tls-server-name"].Text,
                cluster["insecure-skip-tls-verify"].IsTrue ? true : null,
                roots is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(roots))),
        };
    }

    private static X509Certificate2? ReadCertificate(KubeconfigField user, string folder)
    {
        if (PemText(user, "client-certificate", folder) is not { } certificate)
            return null;

        var key = PemText(user, "client-key", folder) ?? throw user["client-key"].Error("is missing, and there is a client-certificate");
        return Checked(user["client-certificate"], () => X509Certificate2.CreateFromPem(certificate, key));
    }

    private static X509Certificate2Collection Roots(KubeconfigField field, string pem) => Checked(field, () =>
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(pem);
        return roots is [] ? throw new CryptographicException() : roots;
    });

    /// <summary>PEM that is in the kubeconfig itself (<c>NAME-data</c>, which goes first) or in a file of its own.</summary>
    private static string? PemText(KubeconfigField owner, string name, string folder)
    {
        if (owner[$"{name}-data"].Text is not null)
            return owner[$"{name}-data"].FromBase64();

        if (owner[name].Text is not { } path)
            return null;

        try
        {
            return File.ReadAllText(Path.Combine(folder, path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{owner.File}: {owner.Place}.{name}: {path} cannot be read", problem);
        }
    }

    private static T Checked<T>(KubeconfigField field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException or FormatException)
        {
            // the exception might quote the value
            throw field.Error("(or its -data) does not hold what it should");
        }
    }
}
