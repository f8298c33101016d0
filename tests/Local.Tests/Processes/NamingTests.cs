using System.Net;
using System.Net.Sockets;

namespace MessageBoard.Local.Tests.Processes;

public sealed class NamingTests
{
    [Fact]
    public void Pods_are_named_as_a_Deployment_names_them()
    {
        var pods = Enumerable.Range(0, 100).Select(_ => PodName.Create("user-service", "ctx2")).ToList();

        Assert.All(
            pods, pod => Assert.Matches("^user-service-ctx2-[bcdfghjklmnpqrstvwxz2456789]{7,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$", pod));
        Assert.Single(pods.Select(pod => pod[..pod.LastIndexOf('-')]).Distinct());
        Assert.NotEqual(pods[0][..^6], PodName.Create("user-service", "ctx1")[..^6]);
    }

    [Fact]
    public void Ports_are_given_once_and_can_be_listened_on()
    {
        var ports = new FreePorts();
        var taken = Enumerable.Range(0, 60).Select(_ => ports.Take()).ToList();

        Assert.Equal(60, taken.Distinct().Count());
        Assert.All(taken, port => Assert.InRange(port, 20000, 32767));
    }

    [Fact]
    public void A_busy_port_is_told_from_a_free_one()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.Equal(SocketError.AddressAlreadyInUse, FreePorts.WhyNot(((IPEndPoint)listener.LocalEndpoint).Port));
        Assert.Null(FreePorts.WhyNot(new FreePorts().Take()));
    }
}
