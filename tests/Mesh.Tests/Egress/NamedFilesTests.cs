namespace MessageBoard.Mesh.Tests.Egress;

/// <summary>What is told of the certificates' files that resources name.</summary>
public sealed class NamedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_file_that_is_missing_or_broken_is_the_resources_problem_until_it_is_mended()
    {
        var path = _folder["ca.pem"];
        _folder.Write("mesh/a.yaml", EgressMesh.Rule("outside.example", $"tls: {{mode: SIMPLE, caCertificates: {path}}}"));
        using var mesh = new MeshFolder(_folder["mesh"], NullLogger<MeshFolder>.Instance);
        await mesh.StartAsync(CancellationToken.None);
        Assert.Equal(
            $"spec.trafficPolicy.tls.caCertificates: there is no file '{path}'", Assert.Single(mesh.Current.Problems).Message);
        Assert.Single(Assert.Single(mesh.Current.Statuses).Status.Warnings);

        _folder.Write("ca.pem", "secret words");
        await Eventually.IsTrueAsync(
            () => mesh.Current.Problems is [{ Message: "spec.trafficPolicy.tls.caCertificates: the file has no certificate in PEM" }],
            "the broken file is told of");

        _folder.Write("ca.pem", _authority.Pem);
        await Eventually.IsTrueAsync(() => mesh.Current.Problems.Count == 0, "the mended file is seen");
        await mesh.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_key_that_does_not_fit_is_told_of_and_not_shown()
    {
        _folder.Write("own.pem", _authority.Pem);
        _folder.Write("own.key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
        _folder.Write("mesh/a.yaml", EgressMesh.Rule("outside.example", $$"""
            portLevelSettings: [{port: {number: 80}, tls: {mode: MUTUAL, clientCertificate: {{_folder["own.pem"]}},
              privateKey: {{_folder["own.key"]}} } }]
            """));
        using var mesh = new MeshFolder(_folder["mesh"], NullLogger<MeshFolder>.Instance);
        await mesh.StartAsync(CancellationToken.None);

        Assert.Equal(
            "spec.trafficPolicy.portLevelSettings.tls.clientCertificate: certificate and privateKey do not fit",
            Assert.Single(mesh.Current.Problems).Message);
        await mesh.StopAsync(CancellationToken.None);
    }
}
