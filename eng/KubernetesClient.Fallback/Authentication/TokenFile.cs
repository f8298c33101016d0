using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using k8s.Exceptions;

namespace k8s.Authentication;

/// <summary>A token in a file that somebody rewrites, as the kubelet does: read for each request, which is far less than the request itself.</summary>
internal sealed class TokenFile(string path, X509Certificate2? certificate) : Credentials
{
    public override X509Certificate2? Certificate => certificate;

    public override async Task<AuthenticationHeaderValue?> GetHeaderAsync(CancellationToken cancellationToken)
    {
        try
        {
            var token = (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim();
            return token is not "" ? Bearer(token) : throw new KubeConfigException($"{path}: the token is empty");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{path}: the token cannot be read", problem);
        }
        catch (FormatException)
        {
            throw new KubeConfigException($"{path}: this is no token");
        }
    }
}
