using MessageBoard.Mesh.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Puts the mesh under YARP's HTTP clients.</summary>
internal sealed class MeshForwarderHttpClientFactory(MeshFolder mesh) : ForwarderHttpClientFactory
{
    // A workload that does not answer its connection within this time will not.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = ConnectTimeout;
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new MeshHandler(mesh) { InnerHandler = base.WrapHandler(context, handler) };
}
