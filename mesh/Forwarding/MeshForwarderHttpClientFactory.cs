using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Puts the mesh in the place of YARP's own HTTP clients, and keeps what a cluster's configuration says of them.</summary>
internal sealed class MeshForwarderHttpClientFactory(Func<ConnectionPools, MeshHandler> create) : ForwarderHttpClientFactory
{
    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler)
    {
        handler.Dispose();
        return create(new(own => ConfigureHandler(context, own)));
    }
}
