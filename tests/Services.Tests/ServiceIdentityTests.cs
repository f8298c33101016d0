using MessageBoard.Shared;
using Microsoft.Extensions.Configuration;

namespace MessageBoard.Services.Tests;

public sealed class ServiceIdentityTests
{
    [Theory]
    [InlineData("ctx1", "user-service-ctx2-abc-def", "ctx1")]
    [InlineData(null, "user-service-ctx2-abc-def", "ctx2")]
    [InlineData("", "node.ctx1.example", "ctx1")]
    [InlineData(null, "somectx1thing", "unknown")]
    [InlineData(null, "laptop", "unknown")]
    public void The_cluster_comes_from_its_variable_then_from_the_host_name(string? cluster, string host, string expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["CLUSTER_NAME"] = cluster, ["HOSTNAME"] = host })
            .Build();

        var identity = ServiceIdentity.Read("user-service", configuration);

        Assert.Equal(new ServiceIdentity("user-service", expected, host), identity);
    }
}
