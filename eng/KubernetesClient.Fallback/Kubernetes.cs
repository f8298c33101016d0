using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;
using k8s.Autorest;
using k8s.Exceptions;

namespace k8s;

/// <summary>A client of the Kubernetes API.</summary>
public interface IKubernetes : IDisposable
{
    ICustomObjectsOperations CustomObjects { get; }
}

/// <inheritdoc cref="IKubernetes"/>
public class Kubernetes : IKubernetes
{
    private readonly HttpClient _http;
    private readonly Uri _base;
    private readonly string? _tlsServerName;
    private readonly Credentials _credentials;

    /// <param name="config">Which server, and as whom.</param>
    /// <param name="handlers">Each request goes through them, the first one first.</param>
    /// <exception cref="KubeConfigException">The host is no address.</exception>
    public Kubernetes(KubernetesClientConfiguration config, params DelegatingHandler[] handlers)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(handlers);
        _base = Uri.TryCreate(config.Host.TrimEnd('/') + "/", UriKind.Absolute, out var address) ? address : throw new KubeConfigException("Bad host url");
        _tlsServerName = config.TlsServerName;
        _credentials = config.Credentials;
        HttpMessageHandler first = Transport(config);
        foreach (var handler in handlers.Reverse())
        {
            handler.InnerHandler = first;
            first = handler;
        }

        // each call has its own time limit, for a watch's body must have none
        _http = new HttpClient(first) { Timeout = Timeout.InfiniteTimeSpan };
        CustomObjects = new CustomObjectsOperations(this, config.HttpClientTimeout);
    }

    public ICustomObjectsOperations CustomObjects { get; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _http.Dispose();
    }

    /// <summary>Sends a request and waits for the head of its answer.</summary>
    /// <exception cref="HttpOperationException">The answer is no success.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(_base, path);
        request.Version = HttpVersion.Version20;
        request.Headers.Authorization = await _credentials.GetHeaderAsync(cancellationToken).ConfigureAwait(false);

        // from this header the handler takes the name for the TLS handshake
        request.Headers.Host = _tlsServerName;
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;

        using (response)
        {
            if (response.StatusCode is HttpStatusCode.Unauthorized)
                _credentials.Forget();

            throw new HttpOperationException($"Operation returned an invalid status code '{response.StatusCode}'")
            {
                Response = new HttpResponseMessageWrapper(response, await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)),
            };
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The kubeconfig's insecure-skip-tls-verify asks for it.")]
    private static SocketsHttpHandler Transport(KubernetesClientConfiguration config)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,

            // A watch hears nothing for minutes; only a ping shows that the other side is still there. client-go's figures.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),

            // for a certificate that an exec plugin has renewed, and an address that has moved
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        var tls = handler.SslOptions;
        tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => config.Credentials.Certificate!;
        if (config.SkipTlsVerify)
        {
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        else if (config.SslCaCerts is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(config.SslCaCerts);
        }

        return handler;
    }
}
